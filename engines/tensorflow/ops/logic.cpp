// SPDX-License-Identifier: Apache-2.0
// Comparisons, truth values, selection.
#include "tensorflow/ops/direct.h"
#include "tensorflow/ops/families.h"

namespace joulemark::tf::ops {
namespace {

void where(OpCall& call) {
  call.result(call.op("SelectV2", {call.tensor(0), call.tensor(1), call.tensor(2)}));
}

constexpr Entry kEntries[] = {
    {"And", 7, binary<"LogicalAnd">},
    {"Or", 7, binary<"LogicalOr">},
    {"Xor", 7, binary<"NotEqual">},
    {"Equal", 7, binary<"Equal">},
    {"Less", 7, binary<"Less">},
    {"LessOrEqual", 12, binary<"LessEqual">},
    {"Greater", 7, binary<"Greater">},
    {"GreaterOrEqual", 12, binary<"GreaterEqual">},
    {"Where", 9, where},
};

}  // namespace

std::span<const Entry> logic() {
  return kEntries;
}

}  // namespace joulemark::tf::ops
