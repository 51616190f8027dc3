// SPDX-License-Identifier: Apache-2.0
// Element types: what PyTorch calls them, and how those that it has no arithmetic for are held.
#pragma once

#include <c10/core/ScalarType.h>

#include <optional>
#include <string>
#include <vector>

#include "joulemark/engine_abi.h"

namespace joulemark::torch_kit {

/// How an element type of the model is held in tensors.
struct Storage {
  at::ScalarType type;
  /// The tensor holds one value an element where the model packs several into a byte.
  int packed_bits = 0;
};

/// Nothing for types that no tensor can hold (strings, undefined). Packed integers are held as
/// int8 or uint8, float4e2m1 as float32; both hold every value exactly.
std::optional<Storage> storage_of(jm_dtype dtype);

/// The ONNX type of a tensor whose type says it all; JM_UNDEFINED for one that ONNX lacks.
jm_dtype dtype_of(at::ScalarType type);

/// PyTorch holds these but has next to no arithmetic for them.
bool lacks_arithmetic(at::ScalarType type);

/// The signed type that has the arithmetic for `type` and holds its values (of uint64: those below
/// 2^63); `type` itself where it has arithmetic.
at::ScalarType arithmetic_type(at::ScalarType type);

/// Name of the narrowest type of floating numbers among `types`: "f32"; "" when there is none.
std::string narrowest_float(const std::vector<at::ScalarType>& types);

}  // namespace joulemark::torch_kit
