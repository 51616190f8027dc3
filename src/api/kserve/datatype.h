// SPDX-License-Identifier: Apache-2.0
// The element types of the Open Inference Protocol (KServe v2).
#pragma once

#include <optional>
#include <string_view>

#include "joulemark/engine_abi.h"

namespace joulemark::api {

/// "FP32", "BYTES"; "" for a type that the protocol has no name for.
std::string_view kserve_datatype(jm_dtype dtype);

std::optional<jm_dtype> kserve_dtype(std::string_view datatype);

/// Whether its elements can be numbers, texts, or true and false in JSON: all but FP16 and BF16.
bool kserve_has_json(jm_dtype dtype);

}  // namespace joulemark::api
