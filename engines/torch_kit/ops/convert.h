// SPDX-License-Identifier: Apache-2.0
// Conversion of tensors between ONNX's element types.
#pragma once

#include <string>

#include "torch_kit/lowering/op_call.h"

namespace joulemark::torch_kit::ops {

/// How values are taken to types that do not hold them.
struct Conversion {
  jm_dtype to = JM_UNDEFINED;
  bool saturate = true;      ///< 8-bit floats: to the largest value, else to infinity or NaN
  std::string round = "up";  ///< float8e8m0: "up", "down" or "nearest"
};

/// `value`, a tensor of ONNX type `from`, as one of `conversion.to`; JM_UNSUPPORTED for strings.
JitValue* convert(OpCall& call, JitValue* value, jm_dtype from, const Conversion& conversion);

/// The numbers of a packed integer type.
struct PackedRange {
  int bits;
  bool is_signed;
};
std::optional<PackedRange> packed_range(jm_dtype dtype);

}  // namespace joulemark::torch_kit::ops
