// SPDX-License-Identifier: Apache-2.0
// Element types: MXNet's numbers and the engine interface's.
#pragma once

#include <optional>

#include "joulemark/engine_abi.h"
#include "mx_api.h"

namespace joulemark::mx {

/// Nothing for a type that MXNet has no tensors of, or hardly any operators for (16 bits).
std::optional<Type> type_of(jm_dtype dtype);

/// JM_UNDEFINED for a type that the engine interface lacks.
jm_dtype dtype_of(Type type);

bool is_floating(Type type);
/// Signed and unsigned.
bool is_integer(Type type);

/// As attributes spell it: "float32".
const char* type_name(Type type);

/// "f32", "f64"; "" for what is no floating type.
const char* float_name(Type type);

/// Bytes of one element.
std::size_t size_of(Type type);

}  // namespace joulemark::mx
