// SPDX-License-Identifier: Apache-2.0
// Element types: TensorFlow's numbers and the engine interface's.
#pragma once

#include <optional>

#include "joulemark/engine_abi.h"
#include "tf_api.h"

namespace joulemark::tf {

/// Nothing for a type that TensorFlow has no tensors of, or that is not passed yet (strings, packed
/// and 8-bit floating types).
std::optional<Type> type_of(jm_dtype dtype);

/// JM_UNDEFINED for a type that the engine interface lacks.
jm_dtype dtype_of(Type type);

bool is_floating(Type type);
/// Signed and unsigned.
bool is_integer(Type type);

/// "f32", "f16", …; "" for what is no floating type.
const char* float_name(Type type);

/// Bytes of one element.
std::size_t size_of(Type type);

}  // namespace joulemark::tf
