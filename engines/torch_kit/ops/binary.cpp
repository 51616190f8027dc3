// SPDX-License-Identifier: Apache-2.0
// Element-wise operators of two inputs, broadcast by ONNX's rules, which are PyTorch's.
#include "torch_kit/ops/families.h"

namespace joulemark::torch_kit::ops {
namespace {

void add(OpCall& call) {
  call.result(call.call("aten::add.Tensor", {call.tensor(0), call.tensor(1)}));
}

void mul(OpCall& call) {
  call.result(call.call("aten::mul.Tensor", {call.tensor(0), call.tensor(1)}));
}

constexpr Entry kEntries[] = {
    {"Add", 7, add, Types::kWidened},
    {"Mul", 7, mul, Types::kWidened},
};

}  // namespace

std::span<const Entry> binary() {
  return kEntries;
}

}  // namespace joulemark::torch_kit::ops
