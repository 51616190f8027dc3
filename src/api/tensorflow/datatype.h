// SPDX-License-Identifier: Apache-2.0
// The element types of TensorFlow by their names in protocol buffers.
#pragma once

#include <string_view>

#include "joulemark/engine_abi.h"

namespace joulemark::api::tensorflow {

/// Of "DT_FLOAT"; undefined for a type that tensors here cannot have, such as "DT_RESOURCE".
jm_dtype dtype_of(std::string_view datatype);

/// "DT_FLOAT"; "" for a type that TensorFlow has no name for.
std::string_view datatype_of(jm_dtype dtype);

/// Whether its elements can be numbers, texts, or true and false in JSON: not halves, complex
/// numbers and what is smaller than a byte.
bool has_json(jm_dtype dtype);

}  // namespace joulemark::api::tensorflow
