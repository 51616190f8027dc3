// SPDX-License-Identifier: Apache-2.0
// Dropout as inference has it. Operators that draw random numbers are left out on purpose: no two
// engines draw the same ones, so that their outputs could never be compared.
#include "torch_kit/ops/families.h"

namespace joulemark::torch_kit::ops {
namespace {

/// Nothing is dropped.
void keep_all(OpCall& call) {
  const c10::IValue none;
  call.result(call.operand(0), 0);
  if (!call.wants(1)) return;
  const at::ScalarType type = call.opset() < 10 ? call.type(0) : at::kBool;
  call.result(call.call("aten::ones_like", {call.tensor(0), type, none, none, none, none}), 1);
}

bool drops_nothing(OpCall& call) {
  const auto training = call.graph.value_of(call.number(2));
  if (training && !training->toBool()) return true;
  const auto ratio = call.has(1) ? call.graph.value_of(call.number(1)) : std::nullopt;
  return ratio && ratio->toScalar().toDouble() == 0;
}

void drop(OpCall& call) {
  if (call.has(2) && !drops_nothing(call))
    call.unsupported("in training mode it draws random numbers, which no two engines draw alike");
  keep_all(call);
}

constexpr Entry kEntries[] = {
    {"Dropout", 12, drop},
    {"Dropout", 7, keep_all, Types::kAsTheyAre, kOnnx, 11},
};

}  // namespace

std::span<const Entry> dropout() {
  return kEntries;
}

}  // namespace joulemark::torch_kit::ops
