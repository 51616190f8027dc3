// SPDX-License-Identifier: Apache-2.0
// The order of uint64, which is held as int64 where PyTorch has no arithmetic for it.
#pragma once

#include "torch_kit/lowering/op_call.h"

namespace joulemark::torch_kit::ops {

/// `value`, a tensor of ONNX type `dtype`, such that signed comparison orders it: the upper half of
/// uint64 must stay above. Twice gives the value back.
JitValue* in_order(OpCall& call, JitValue* value, jm_dtype dtype);

}  // namespace joulemark::torch_kit::ops
