// SPDX-License-Identifier: Apache-2.0
// Element-wise functions of one input.
#include <limits>

#include "torch_kit/ops/direct.h"
#include "torch_kit/ops/families.h"
#include "torch_kit/ops/order.h"

namespace joulemark::torch_kit::ops {
namespace {

void identity(OpCall& call) {
  call.result(call.operand(0));
}

/// PyTorch has no special values in 8-bit floats.
JitValue* with_special_values(OpCall& call) {
  JitValue* x = call.tensor(0);
  return at::isFloat8Type(call.type_of(x)) ? call.cast(x, at::kFloat) : x;
}

void is_nan(OpCall& call) {
  call.result(call.call("aten::isnan", {with_special_values(call)}));
}

void is_inf(OpCall& call) {
  const bool negative = call.integer("detect_negative", 1) != 0;
  const bool positive = call.integer("detect_positive", 1) != 0;
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  JitValue* x = with_special_values(call);
  if (negative && positive) return call.result(call.call("aten::isinf", {x}));
  if (negative || positive)
    return call.result(call.call("aten::eq.Scalar", {x, negative ? -kInfinity : kInfinity}));
  const c10::IValue none;
  call.result(call.call("aten::zeros_like", {x, at::kBool, none, none, none, none}));
}

/// A bound is an attribute before opset 11. None: there is no such bound.
c10::IValue bound_attribute(OpCall& call, const char* name) {
  return call.has_attribute(name) ? c10::IValue(call.real(name, 0)) : c10::IValue();
}

void clip_with_attributes(OpCall& call) {
  const c10::IValue low = bound_attribute(call, "min");
  const c10::IValue high = bound_attribute(call, "max");
  if (low.isNone() && high.isNone()) return identity(call);
  call.result(call.call("aten::clamp", {call.tensor(0), low, high}));
}

/// Whether the bound can be read without waiting for a device.
bool is_host_number(OpCall& call, std::size_t i) {
  return !call.has(i) || call.operand(i).host || call.constant(i);
}

void clip_by_tensors(OpCall& call) {
  const auto bound = [&](std::size_t i) -> tj::NamedValue {
    if (!call.has(i)) return {c10::IValue()};
    return {in_order(call, call.tensor(i), call.dtype(i))};
  };
  JitValue* x = in_order(call, call.tensor(0), call.dtype(0));
  JitValue* inside = call.call("aten::clamp.Tensor", {x, bound(1), bound(2)});
  call.result(in_order(call, inside, call.dtype(0)));
}

void clip(OpCall& call) {
  if (!call.has(1) && !call.has(2)) return identity(call);
  const bool numbers = is_host_number(call, 1) && is_host_number(call, 2);
  if (!numbers || call.dtype(0) == JM_UINT64) return clip_by_tensors(call);
  const auto bound = [&](std::size_t i) -> tj::NamedValue {
    if (!call.has(i)) return {c10::IValue()};
    return {call.number(i)};
  };
  call.result(call.call("aten::clamp", {call.tensor(0), bound(1), bound(2)}));
}

/// No unsigned number is below 0; as int64 the upper half of uint64 would be.
void abs(OpCall& call) {
  if (call.dtype(0) == JM_UINT64) return identity(call);
  direct<"aten::abs">(call);
}

void sign(OpCall& call) {
  if (call.dtype(0) != JM_UINT64) return direct<"aten::sign">(call);
  JitValue* x = call.tensor(0);
  call.result(call.cast(call.call("aten::ne.Scalar", {x, 0}), call.type_of(x)));
}

/// 0 within [-lambd, lambd], x moved towards 0 by `bias` outside.
void shrink(OpCall& call) {
  const double lambda = call.real("lambd", 0.5);
  const double bias = call.real("bias", 0);
  JitValue* x = call.tensor(0);
  const at::ScalarType type = call.type_of(x);
  JitValue* inner = call.call("aten::where.ScalarOther",
                              {call.call("aten::lt.Scalar", {x, -lambda}),
                               call.cast(call.call("aten::add.Scalar", {x, bias}), type), 0});
  JitValue* lower = call.cast(call.call("aten::sub.Scalar", {x, bias}), type);
  call.result(
      call.call("aten::where.self", {call.call("aten::gt.Scalar", {x, lambda}), lower, inner}));
}

constexpr Entry kEntries[] = {
    {"Identity", 1, identity},
    {"Neg", 6, direct<"aten::neg">},
    {"Abs", 6, abs, Types::kWidened},
    {"Sqrt", 6, direct<"aten::sqrt">},
    {"Exp", 6, direct<"aten::exp">},
    {"Log", 6, direct<"aten::log">},
    {"Erf", 9, direct<"aten::erf">},
    {"Reciprocal", 6, direct<"aten::reciprocal">},
    {"Floor", 6, direct<"aten::floor">},
    {"Ceil", 6, direct<"aten::ceil">},
    {"Round", 11, direct<"aten::round">},
    {"Sign", 9, sign, Types::kWidened},
    {"Sin", 7, direct<"aten::sin">},
    {"Cos", 7, direct<"aten::cos">},
    {"Tan", 7, direct<"aten::tan">},
    {"Asin", 7, direct<"aten::asin">},
    {"Acos", 7, direct<"aten::acos">},
    {"Atan", 7, direct<"aten::atan">},
    {"Sinh", 9, direct<"aten::sinh">},
    {"Cosh", 9, direct<"aten::cosh">},
    {"Tanh", 6, direct<"aten::tanh">},
    {"Asinh", 9, direct<"aten::asinh">},
    {"Acosh", 9, direct<"aten::acosh">},
    {"Atanh", 9, direct<"aten::atanh">},
    {"IsNaN", 9, is_nan},
    {"IsInf", 10, is_inf},
    {"Clip", 11, clip, Types::kWidened},
    {"Clip", 6, clip_with_attributes, Types::kAsTheyAre, kOnnx, 10},
    {"Shrink", 9, shrink, Types::kWidened},
};

}  // namespace

std::span<const Entry> unary() {
  return kEntries;
}

}  // namespace joulemark::torch_kit::ops
