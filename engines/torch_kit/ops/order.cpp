// SPDX-License-Identifier: Apache-2.0
#include "torch_kit/ops/order.h"

#include <limits>

namespace joulemark::torch_kit::ops {

JitValue* in_order(OpCall& call, JitValue* value, jm_dtype dtype) {
  if (dtype != JM_UINT64) return value;
  constexpr std::int64_t kSign = std::numeric_limits<std::int64_t>::min();
  return call.call("aten::bitwise_xor.Scalar", {value, kSign});
}

namespace {

/// Of uint64: a >= b.
JitValue* reaches(OpCall& call, JitValue* a, JitValue* b) {
  return call.call("aten::ge.Tensor", {in_order(call, a, JM_UINT64), in_order(call, b, JM_UINT64)});
}

/// The quotient or one less, of a divisor that is not negative as int64.
JitValue* low_quotient(OpCall& call, JitValue* dividend, JitValue* divisor) {
  constexpr std::int64_t kAllButSign = std::numeric_limits<std::int64_t>::max();
  JitValue* half = call.call("aten::bitwise_right_shift.Tensor_Scalar", {dividend, 1});
  half = call.call("aten::bitwise_and.Scalar", {half, kAllButSign});
  JitValue* of_half = call.call("aten::div.Tensor_mode", {half, divisor, "trunc"});
  return call.call("aten::mul.Scalar", {of_half, 2});
}

}  // namespace

Division divide_unsigned(OpCall& call, JitValue* dividend, JitValue* divisor) {
  const auto rest = [&](JitValue* quotient) {
    return call.call("aten::sub.Tensor",
                     {dividend, call.call("aten::mul.Tensor", {quotient, divisor})});
  };
  JitValue* large = call.call("aten::lt.Scalar", {divisor, 0});
  JitValue* small = call.call("aten::masked_fill.Scalar", {divisor, large, 1});
  JitValue* low = low_quotient(call, dividend, small);
  low = call.call("aten::where.ScalarSelf", {large, 0, low});
  JitValue* one_more = reaches(call, rest(low), divisor);
  JitValue* quotient = call.call("aten::add.Tensor", {low, one_more});
  return {quotient, rest(quotient)};
}

}  // namespace joulemark::torch_kit::ops
