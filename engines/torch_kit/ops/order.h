// SPDX-License-Identifier: Apache-2.0
// uint64 where PyTorch has no arithmetic for it, so that it is held as int64: its order and what
// rests on that.
#pragma once

#include "torch_kit/lowering/op_call.h"

namespace joulemark::torch_kit::ops {

/// `value`, a tensor of ONNX type `dtype`, such that signed comparison orders it: the upper half of
/// uint64 must stay above. Twice gives the value back.
JitValue* in_order(OpCall& call, JitValue* value, jm_dtype dtype);

/// Of uint64 held as int64, by Warren, Hacker's Delight, section 9-3.
struct Division {
  JitValue* quotient;
  JitValue* remainder;
};
Division divide_unsigned(OpCall& call, JitValue* dividend, JitValue* divisor);

}  // namespace joulemark::torch_kit::ops
