// SPDX-License-Identifier: Apache-2.0
// Comparisons, and operators on truth values and bits.
#include "torch_kit/ops/direct.h"
#include "torch_kit/ops/families.h"
#include "torch_kit/ops/order.h"

namespace joulemark::torch_kit::ops {
namespace {

template <AtenName op>
void order(OpCall& call) {
  call.result(call.call(op.text, {in_order(call, call.tensor(0), call.dtype(0)),
                                  in_order(call, call.tensor(1), call.dtype(1))}));
}

/// Bits that come in from the left are 0, in uint64 too, which is held as int64.
void shift_right(OpCall& call) {
  JitValue* x = call.tensor(0);
  JitValue* by = call.tensor(1);
  JitValue* shifted = call.call("aten::bitwise_right_shift.Tensor", {x, by});
  if (call.dtype(0) != JM_UINT64) return call.result(shifted);
  JitValue* kept = call.call("aten::rsub.Scalar", {by, 64});
  JitValue* above = call.call("aten::bitwise_left_shift.Scalar_Tensor", {-1, kept});
  JitValue* mask = call.call("aten::bitwise_not", {above});
  call.result(call.call("aten::bitwise_and.Tensor", {shifted, mask}));
}

void bit_shift(OpCall& call) {
  const std::string direction = call.text("direction", "");
  if (direction == "RIGHT") return shift_right(call);
  if (direction != "LEFT") call.invalid("direction '" + direction + "' is neither LEFT nor RIGHT");
  direct2<"aten::bitwise_left_shift.Tensor">(call);
}

void where(OpCall& call) {
  call.result(call.call("aten::where.self", {call.tensor(0), call.tensor(1), call.tensor(2)}));
}

constexpr Entry kEntries[] = {
    {"Equal", 7, direct2<"aten::eq.Tensor">, Types::kWidened},
    {"Less", 7, order<"aten::lt.Tensor">, Types::kWidened},
    {"LessOrEqual", 12, order<"aten::le.Tensor">, Types::kWidened},
    {"Greater", 7, order<"aten::gt.Tensor">, Types::kWidened},
    {"GreaterOrEqual", 12, order<"aten::ge.Tensor">, Types::kWidened},
    {"And", 7, direct2<"aten::logical_and">},
    {"Or", 7, direct2<"aten::logical_or">},
    {"Xor", 7, direct2<"aten::logical_xor">},
    {"Not", 1, direct<"aten::logical_not">},
    {"BitwiseAnd", 18, direct2<"aten::bitwise_and.Tensor">, Types::kWidened},
    {"BitwiseOr", 18, direct2<"aten::bitwise_or.Tensor">, Types::kWidened},
    {"BitwiseXor", 18, direct2<"aten::bitwise_xor.Tensor">, Types::kWidened},
    {"BitwiseNot", 18, direct<"aten::bitwise_not">, Types::kWidened},
    {"BitShift", 11, bit_shift, Types::kWidened},
    {"Where", 9, where, Types::kWidened},
};

}  // namespace

std::span<const Entry> logic() {
  return kEntries;
}

}  // namespace joulemark::torch_kit::ops
