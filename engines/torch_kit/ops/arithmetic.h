// SPDX-License-Identifier: Apache-2.0
// Element-wise arithmetic on two tensors, which broadcast.
#pragma once

#include "torch_kit/lowering/op_call.h"

namespace joulemark::torch_kit::ops {

inline JitValue* sum(OpCall& call, JitValue* a, JitValue* b) {
  return call.call("aten::add.Tensor", {a, b});
}
inline JitValue* difference(OpCall& call, JitValue* a, JitValue* b) {
  return call.call("aten::sub.Tensor", {a, b});
}
inline JitValue* product(OpCall& call, JitValue* a, JitValue* b) {
  return call.call("aten::mul.Tensor", {a, b});
}
inline JitValue* quotient(OpCall& call, JitValue* a, JitValue* b) {
  return call.call("aten::div.Tensor", {a, b});
}

}  // namespace joulemark::torch_kit::ops
