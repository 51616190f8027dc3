// SPDX-License-Identifier: Apache-2.0
// The floating point types that C++ lacks: float16, bfloat16, the 8-bit and the 4-bit ones.
#pragma once

#include "joulemark/engine_abi.h"

namespace joulemark::model {

/// The value of a float16, bfloat16, float8* or float4e2m1 given its bits. Other types: 0.
double widen(jm_dtype dtype, unsigned bits);

/// The bits of the nearest value, ties to even. Beyond the largest finite value: infinity where the
/// type has one (float16, bfloat16, float8e5m2), else the largest value, as ONNX's saturating Cast
/// has it. NaN stays NaN where the type has one.
unsigned narrow(jm_dtype dtype, double value);

}  // namespace joulemark::model
