// SPDX-License-Identifier: Apache-2.0
// Element-wise operators of one input.
#include "torch_kit/ops/families.h"

namespace joulemark::torch_kit::ops {
namespace {

/// What ATen has under one name and with one argument.
template <const char* op>
void direct(OpCall& call) {
  call.result(call.call(op, {call.tensor(0)}));
}

constexpr char kRelu[] = "aten::relu";
constexpr char kSigmoid[] = "aten::sigmoid";

constexpr Entry kEntries[] = {
    {"Relu", 6, direct<kRelu>},
    {"Sigmoid", 6, direct<kSigmoid>},
};

}  // namespace

std::span<const Entry> unary() {
  return kEntries;
}

}  // namespace joulemark::torch_kit::ops
