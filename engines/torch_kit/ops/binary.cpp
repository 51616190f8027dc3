// SPDX-License-Identifier: Apache-2.0
// Element-wise arithmetic on several inputs, broadcast by ONNX's rules, which are PyTorch's.
#include "torch_kit/dtypes.h"
#include "torch_kit/ops/direct.h"
#include "torch_kit/ops/families.h"
#include "torch_kit/ops/order.h"

namespace joulemark::torch_kit::ops {
namespace {

/// Integers are truncated towards zero.
void div(OpCall& call) {
  JitValue* a = call.tensor(0);
  JitValue* b = call.tensor(1);
  if (call.dtype(0) == JM_UINT64) return call.result(divide_unsigned(call, a, b).quotient);
  if (at::isIntegralType(call.type_of(a), true))
    call.result(call.call("aten::div.Tensor_mode", {a, b, "trunc"}));
  else
    call.result(call.call("aten::div.Tensor", {a, b}));
}

/// The result has the sign of the divisor, with `fmod` that of the dividend.
void mod(OpCall& call) {
  const bool fmod = call.integer("fmod", 0) != 0;
  if (call.dtype(0) == JM_UINT64)
    return call.result(divide_unsigned(call, call.tensor(0), call.tensor(1)).remainder);
  call.result(call.call(fmod ? "aten::fmod.Tensor" : "aten::remainder.Tensor",
                        {call.tensor(0), call.tensor(1)}));
}

/// The exponent as a number, where it is known and does not widen the shape of the result.
std::optional<c10::Scalar> known_exponent(OpCall& call) {
  const auto exponent = call.constant(1);
  if (!exponent || exponent->numel() != 1) return std::nullopt;
  if (exponent->dim() > 0 && exponent->dim() > call.rank(0)) return std::nullopt;
  return exponent->item();
}

/// The result has the type of the base, and is computed in the wider one of both.
void pow(OpCall& call) {
  JitValue* base = call.tensor(0);
  const at::ScalarType type = call.type_of(base);
  const bool wider = !at::isFloatingType(type) && at::isFloatingType(call.type(1));
  if (wider) base = call.cast(base, at::kDouble);
  JitValue* power = nullptr;
  if (const auto exponent = known_exponent(call))
    power = call.call("aten::pow.Tensor_Scalar", {base, *exponent});
  else
    power = call.call("aten::pow.Tensor_Tensor", {base, call.tensor(1)});
  const auto storage = storage_of(call.dtype(0));
  call.result(Operand{call.dtype(0), call.cast(power, storage->type), {}, {}});
}

JitValue* sum_of(OpCall& call) {
  JitValue* value = call.tensor(0);
  for (std::size_t i = 1; i < call.input_count(); ++i)
    value = call.call("aten::add.Tensor", {value, call.tensor(i)});
  return value;
}

void sum(OpCall& call) {
  call.result(sum_of(call));
}

/// The largest or smallest, two by two.
template <AtenName op>
void extreme(OpCall& call) {
  JitValue* value = in_order(call, call.tensor(0), call.dtype(0));
  for (std::size_t i = 1; i < call.input_count(); ++i)
    value = call.call(op.text, {value, in_order(call, call.tensor(i), call.dtype(i))});
  call.result(in_order(call, value, call.dtype(0)));
}

void mean(OpCall& call) {
  JitValue* total = sum_of(call);
  const auto count = static_cast<double>(call.input_count());
  call.result(call.input_count() == 1 ? total : call.call("aten::div.Scalar", {total, count}));
}

constexpr Entry kEntries[] = {
    {"Add", 7, direct2<"aten::add.Tensor">, Types::kWidened},
    {"Sub", 7, direct2<"aten::sub.Tensor">, Types::kWidened},
    {"Mul", 7, direct2<"aten::mul.Tensor">, Types::kWidened},
    {"Div", 7, div, Types::kWidened},
    {"Pow", 7, pow, Types::kWidened},
    {"Mod", 10, mod, Types::kWidened},
    {"Min", 6, extreme<"aten::minimum">, Types::kWidened},
    {"Max", 6, extreme<"aten::maximum">, Types::kWidened},
    {"Sum", 6, sum},
    {"Mean", 6, mean},
};

}  // namespace

std::span<const Entry> binary() {
  return kEntries;
}

}  // namespace joulemark::torch_kit::ops
