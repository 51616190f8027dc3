// SPDX-License-Identifier: Apache-2.0
// Arithmetic of two values, or of many.
#include <cmath>
#include <numbers>

#include "mxnet/dtypes.h"
#include "mxnet/ops/direct.h"
#include "mxnet/ops/families.h"
#include "mxnet/ops/linear.h"
#include "mxnet/ops/values.h"

namespace joulemark::mx::ops {
namespace {

using Gelu = Operand::Gelu;

/// Before opset 7 the second value is aligned at an attribute's axis.
Value second(OpCall& call) {
  const Value b = call.tensor(1);
  if (call.opset() >= 7 || call.integer("broadcast", 0) == 0) return b;
  const std::int64_t rank = call.rank(0);
  const auto own = static_cast<std::int64_t>(b->dims.size());
  std::int64_t axis = call.integer("axis", rank - own);
  if (axis < 0) axis += rank;
  if (axis < 0 || axis + own > rank)
    call.invalid("its second value does not fit behind axis " + std::to_string(axis));
  Ints shape = b->dims;
  shape.resize(static_cast<std::size_t>(rank - axis), 1);
  return call.reshape(b, shape);
}

/// Names of one operation: over values of equal sizes, which oneDNN's fusions know; of any sizes;
/// with one number behind.
struct Arithmetic {
  const char* equal;
  const char* any;
  const char* number;
};
constexpr Arithmetic kAdd{"elemwise_add", "_npi_add", "_npi_add_scalar"};
constexpr Arithmetic kSub{"elemwise_sub", "_npi_subtract", "_npi_subtract_scalar"};
constexpr Arithmetic kMul{"elemwise_mul", "_npi_multiply", "_npi_multiply_scalar"};
constexpr Arithmetic kDiv{"elemwise_div", "_npi_true_divide", "_npi_true_divide_scalar"};

Value arithmetic(OpCall& call, const Arithmetic& of, const Value& a, const Value& b) {
  if (!is_floating(a->type)) return call.op(of.any, {a, b});
  if (a->dims == b->dims) return call.op(of.equal, {a, b});
  const auto number = known_number(call, b);
  if (number && b->dims.size() <= a->dims.size())
    return call.op(of.number, {a}, {{"scalar", *number}});
  return call.op(of.any, {a, b});
}

/// A number as one operand, and the other one.
struct WithNumber {
  double number;
  const Operand* other;
};

std::optional<WithNumber> with_number(OpCall& call, bool commutes) {
  if (const auto b = known_number(call, call.tensor(1))) return WithNumber{*b, &call.operand(0)};
  if (!commutes) return std::nullopt;
  if (const auto a = known_number(call, call.tensor(0))) return WithNumber{*a, &call.operand(1)};
  return std::nullopt;
}

bool is_close(double a, double b) {
  return std::abs(a - b) <= 1e-6 * std::abs(b);
}

/// x / √2 as the beginning of GELU's formula.
void give_scaled(OpCall& call, Value result, const std::optional<WithNumber>& by, double factor) {
  Operand operand{std::move(result)};
  if (by && is_close(by->number, factor) && by->other->value->type == kFloat) {
    operand.gelu = Gelu::kScaled;
    operand.gelu_of = by->other->value;
  }
  call.result(std::move(operand));
}

/// One of the formula's last two products, if it is one: with x, with 1/2.
bool multiply_gelu(OpCall& call, std::size_t formula, std::size_t factor) {
  const Operand& of = call.operand(formula);
  const Value by = call.tensor(factor);
  if (of.gelu == Gelu::kErrorAndOne && by == of.gelu_of) {
    const Value result = arithmetic(call, kMul, by, of.value);
    call.result(Operand{result, std::nullopt, Gelu::kTwice, of.gelu_of});
    return true;
  }
  if (of.gelu != Gelu::kTwice || known_number(call, by) != 0.5) return false;
  call.result(call.op("LeakyReLU", {of.gelu_of}, {{"act_type", "gelu"}}));
  return true;
}

void multiplication(OpCall& call) {
  if (multiply_gelu(call, 0, 1) || multiply_gelu(call, 1, 0)) return;
  const bool number_first = known_number(call, call.tensor(0)) && call.opset() >= 7;
  const Value a = number_first ? call.tensor(1) : call.tensor(0);
  const Value b = number_first ? call.tensor(0) : second(call);
  give_scaled(call, arithmetic(call, kMul, a, b), with_number(call, true), 1 / std::numbers::sqrt2);
}

void addition(OpCall& call) {
  if (call.opset() >= 7 && (add_bias(call, 0, 1) || add_bias(call, 1, 0))) return;
  const auto by = with_number(call, true);
  if (by && by->number == 1 && by->other->gelu == Gelu::kError) {
    const Value result = arithmetic(call, kAdd, by->other->value, call.scalar(1, kFloat));
    return call.result(Operand{result, std::nullopt, Gelu::kErrorAndOne, by->other->gelu_of});
  }
  const bool number_first = known_number(call, call.tensor(0)) && call.opset() >= 7;
  if (number_first) return call.result(arithmetic(call, kAdd, call.tensor(1), call.tensor(0)));
  call.result(arithmetic(call, kAdd, call.tensor(0), second(call)));
}

void subtraction(OpCall& call) {
  call.result(arithmetic(call, kSub, call.tensor(0), second(call)));
}

/// Integers are truncated.
void division(OpCall& call) {
  const Value a = call.tensor(0);
  const Value b = second(call);
  if (is_floating(a->type))
    return give_scaled(call, arithmetic(call, kDiv, a, b), with_number(call, false),
                       std::numbers::sqrt2);
  const Value ratio = call.op("_npi_true_divide", {call.cast(a, kDouble), call.cast(b, kDouble)});
  call.result(call.cast(call.op("_npi_trunc", {ratio}), a->type));
}

/// In the type of the base, integers by way of double.
void power(OpCall& call) {
  const Value base = call.tensor(0);
  const Type wide = is_floating(base->type) ? base->type : kDouble;
  const Value y = call.op("_npi_power", {call.cast(base, wide), call.cast(second(call), wide)});
  call.result(call.cast(y, base->type));
}

/// NaN where the ratio is no number, which MXNet's remainder is not.
Value with_undefined(OpCall& call, const Value& y, const Value& a, const Value& b) {
  const Value ratio = call.op("_npi_true_divide", {a, b});
  const Value nothing = call.op("_npi_multiply_scalar", {ratio}, {{"scalar", 0}});
  return call.op("_npi_add", {y, nothing});
}

/// With the sign of the divisor, or as C's fmod with that of the dividend.
void modulo(OpCall& call) {
  const Type type = call.type(0);
  const Value a = call.cast(call.tensor(0), kDouble);
  const Value b = call.cast(call.tensor(1), kDouble);
  Value y = nullptr;
  if (call.integer("fmod", 0) == 0) {
    y = call.op("_npi_mod", {a, b});
  } else {
    const Value size =
        call.op("_npi_mod", {call.op("_npi_absolute", {a}), call.op("_npi_absolute", {b})});
    y = call.op("_npi_copysign", {size, a});
  }
  call.result(call.cast(is_floating(type) ? with_undefined(call, y, a, b) : y, type));
}

void sum(OpCall& call) {
  Value all = call.tensor(0);
  for (std::size_t i = 1; i < call.input_count(); ++i)
    all = arithmetic(call, kAdd, all, call.tensor(i));
  call.result(all);
}

void mean(OpCall& call) {
  Value all = call.tensor(0);
  for (std::size_t i = 1; i < call.input_count(); ++i)
    all = arithmetic(call, kAdd, all, call.tensor(i));
  const auto count = static_cast<double>(call.input_count());
  call.result(call.op("_npi_true_divide_scalar", {all}, {{"scalar", count}}));
}

constexpr Entry kEntries[] = {
    {"Add", 1, addition},
    {"Sub", 1, subtraction},
    {"Mul", 1, multiplication},
    {"Div", 1, division},
    {"Mod", 10, modulo},
    {"Pow", 1, power},
    {"Max", 1, variadic<"_npi_maximum">},
    {"Min", 1, variadic<"_npi_minimum">},
    {"Sum", 1, sum},
    {"Mean", 1, mean},
    {"BitwiseAnd", 18, binary<"_npi_bitwise_and">},
    {"BitwiseOr", 18, binary<"_npi_bitwise_or">},
    {"BitwiseXor", 18, binary<"_npi_bitwise_xor">},
};

}  // namespace

std::span<const Entry> binary_family() {
  return kEntries;
}

}  // namespace joulemark::mx::ops
