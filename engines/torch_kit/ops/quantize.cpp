// SPDX-License-Identifier: Apache-2.0
// From real numbers to quantised ones and back, and what is computed with quantised ones.
#include "torch_kit/dtypes.h"
#include "torch_kit/ops/convert.h"
#include "torch_kit/ops/families.h"
#include "torch_kit/ops/quantized.h"

namespace joulemark::torch_kit::ops {
namespace {

QuantAxis quant_axis(OpCall& call) {
  return {call.integer("axis", 1), call.integer("block_size", 0)};
}

/// Types without arithmetic, and those with next to none, as float32.
JitValue* usable(OpCall& call, JitValue* value) {
  const at::ScalarType type = call.type_of(value);
  const bool real = type == at::kFloat || type == at::kHalf || type == at::kBFloat16;
  return real ? value : call.cast(value, at::kFloat);
}

/// The type to divide in: that of the scale unless the node says otherwise.
at::ScalarType precision(OpCall& call, JitValue* scale) {
  const auto asked = storage_of(static_cast<jm_dtype>(call.integer("precision", JM_UNDEFINED)));
  return asked ? asked->type : call.type_of(scale);
}

jm_dtype quantized_type(OpCall& call) {
  if (call.has(2)) return call.dtype(2);
  const std::int64_t asked = call.integer("output_dtype", JM_UNDEFINED);
  return asked == JM_UNDEFINED ? JM_UINT8 : static_cast<jm_dtype>(asked);
}

JitValue* zero_point(OpCall& call, JitValue* x) {
  if (is_zero(call, 2)) return nullptr;
  return spread(call, call.cast(call.tensor(2), at::kFloat), x, quant_axis(call));
}

/// Rounds before the zero point is added: ties go to even steps. float32 holds all integers of 16
/// bits, half types do not.
JitValue* to_integers(OpCall& call, JitValue* steps, jm_dtype to) {
  JitValue* zero = zero_point(call, call.tensor(0));
  JitValue* wide = call.cast(steps, at::kFloat);
  if (zero == nullptr) return to_grid(call, wide, nullptr, to);
  const IntegerRange range = *integer_range(to);
  JitValue* moved = call.call("aten::add.Tensor", {call.call("aten::round", {wide}), zero});
  return call.cast(call.call("aten::clamp", {moved, range.low, range.high}), storage_of(to)->type);
}

void quantize_linear(OpCall& call) {
  const jm_dtype to = quantized_type(call);
  JitValue* x = call.tensor(0);
  JitValue* scale = usable(call, call.tensor(1));
  const at::ScalarType type = precision(call, scale);
  scale = call.cast(spread(call, scale, x, quant_axis(call)), type);
  JitValue* steps = call.call("aten::div.Tensor", {call.cast(x, type), scale});
  if (integer_range(to)) return call.result(to_integers(call, steps, to), 0, to);
  if (to == JM_FLOAT4E2M1 && !is_zero(call, 2))
    steps = call.call("aten::add.Tensor", {steps, zero_point(call, x)});
  else if (!is_zero(call, 2) && call.constant(2))
    call.invalid("the zero point of a float8 type must be 0");
  const Conversion conversion{to, call.integer("saturate", 1) != 0, "up"};
  call.result(convert(call, steps, dtype_of(call.type_of(steps)), conversion), 0, to);
}

/// PyTorch turns small integers into float32 by itself when they meet it.
JitValue* from_grid(OpCall& call, JitValue* x) {
  const at::ScalarType type = call.type_of(x);
  const bool promotes = at::isIntegralType(type, false) && !lacks_arithmetic(type);
  return promotes ? x : call.cast(x, at::kFloat);
}

void dequantize_linear(OpCall& call) {
  JitValue* x = call.tensor(0);
  JitValue* scale = call.tensor(1);
  const std::int64_t asked = call.integer("output_dtype", JM_UNDEFINED);
  const jm_dtype to = asked == JM_UNDEFINED ? call.dtype(1) : static_cast<jm_dtype>(asked);
  JitValue* steps = from_grid(call, x);
  if (JitValue* zero = at::isFloat8Type(call.type_of(x)) ? nullptr : zero_point(call, x))
    steps = call.call("aten::sub.Tensor", {steps, zero});
  scale = spread(call, usable(call, scale), x, quant_axis(call));
  if (call.type_of(scale) != at::kFloat) steps = call.cast(steps, at::kFloat);
  JitValue* y = call.call("aten::mul.Tensor", {steps, call.cast(scale, at::kFloat)});
  call.result(convert(call, y, JM_FLOAT32, {.to = to}), 0, to);
}

/// The grid of uint8 that holds 0 and all of x.
void dynamic_quantize_linear(OpCall& call) {
  JitValue* x = call.tensor(0);
  const auto extremes = call.graph.call_all("aten::aminmax", {x, c10::IValue(), false});
  JitValue* low = call.call("aten::clamp_max", {extremes[0], 0});
  JitValue* high = call.call("aten::clamp_min", {extremes[1], 0});
  JitValue* span = call.call("aten::sub.Tensor", {high, low});
  JitValue* none = call.call("aten::eq.Scalar", {span, 0});
  span = call.call("aten::masked_fill.Scalar", {span, none, 1});
  JitValue* scale = call.call("aten::div.Scalar", {span, 255});
  JitValue* below = call.call("aten::neg", {call.call("aten::div.Tensor", {low, scale})});
  JitValue* zero = call.call("aten::round", {call.call("aten::clamp", {below, 0, 255})});
  JitValue* steps = call.call("aten::round", {call.call("aten::div.Tensor", {x, scale})});
  call.result(to_grid(call, steps, zero, JM_UINT8), 0);
  call.result(scale, 1);
  call.result(call.cast(zero, at::kByte), 2);
}

constexpr Entry kEntries[] = {
    {"QuantizeLinear", 10, quantize_linear},
    {"DequantizeLinear", 10, dequantize_linear},
    {"DynamicQuantizeLinear", 11, dynamic_quantize_linear},
    {"MatMulInteger", 10, matmul_integer},
    {"ConvInteger", 10, conv_integer},
    {"QLinearMatMul", 10, qlinear_matmul},
    {"QLinearConv", 10, qlinear_conv},
};

}  // namespace

std::span<const Entry> quantize() {
  return kEntries;
}

}  // namespace joulemark::torch_kit::ops
