// SPDX-License-Identifier: Apache-2.0
// Functions of each element.
#include "mxnet/dtypes.h"
#include "mxnet/ops/direct.h"
#include "mxnet/ops/families.h"
#include "mxnet/ops/values.h"

namespace joulemark::mx::ops {
namespace {

/// Integers are what they are rounded to.
template <Name op>
void rounding(OpCall& call) {
  const Value x = call.tensor(0);
  call.result(is_floating(x->type) ? call.op(op.text, {x}) : x);
}

/// Halves to the even neighbour: MXNet's own takes the lower one. 2 · round(x / 2) is the even one.
void round(OpCall& call) {
  const Value x = call.tensor(0);
  const Formula f{call};
  const Value low = call.op("_npi_floor", {x});
  const Value is_half = f.with("_npi_equal_scalar", call.op("_npi_subtract", {x, low}), 0.5);
  const Value even = f.mul(call.op("_npi_rint", {f.mul(x, 0.5)}), 2);
  call.result(call.op("_npi_where", {is_half, even, call.op("_npi_rint", {x})}));
}

/// A part of GELU's formula, perhaps: what comes behind knows.
void error_function(OpCall& call) {
  const Operand& of = call.operand(0);
  Operand result{call.op("erf", {of.value})};
  if (of.gelu == Operand::Gelu::kScaled) {
    result.gelu = Operand::Gelu::kError;
    result.gelu_of = of.gelu_of;
  }
  call.result(std::move(result));
}

void is_inf(OpCall& call) {
  const bool positive = call.integer("detect_positive", 1) != 0;
  const bool negative = call.integer("detect_negative", 1) != 0;
  if (!positive && !negative) call.unsupported("no infinity to look for");
  const char* either = positive ? "_npi_isposinf" : "_npi_isneginf";
  call.result(call.op(positive && negative ? "_npi_isinf" : either, {call.tensor(0)}));
}

constexpr Entry kEntries[] = {
    {"Abs", 1, unary<"_npi_absolute">},    {"Neg", 1, unary<"_npi_negative">},
    {"Sqrt", 1, unary<"_npi_sqrt">},       {"Exp", 1, unary<"_npi_exp">},
    {"Log", 1, unary<"_npi_log">},         {"Floor", 1, rounding<"_npi_floor">},
    {"Ceil", 1, rounding<"_npi_ceil">},    {"Round", 11, round},
    {"Sign", 9, unary<"_npi_sign">},       {"Reciprocal", 1, unary<"_npi_reciprocal">},
    {"Sin", 7, unary<"_npi_sin">},         {"Cos", 7, unary<"_npi_cos">},
    {"Tan", 7, unary<"_npi_tan">},         {"Asin", 7, unary<"_npi_arcsin">},
    {"Acos", 7, unary<"_npi_arccos">},     {"Atan", 7, unary<"_npi_arctan">},
    {"Sinh", 9, unary<"_npi_sinh">},       {"Cosh", 9, unary<"_npi_cosh">},
    {"Asinh", 9, unary<"_npi_arcsinh">},   {"Acosh", 9, unary<"_npi_arccosh">},
    {"Atanh", 9, unary<"_npi_arctanh">},   {"Erf", 9, error_function},
    {"Not", 1, unary<"_npi_logical_not">}, {"BitwiseNot", 18, unary<"_npi_bitwise_not">},
    {"IsNaN", 9, unary<"_npi_isnan">},     {"IsInf", 10, is_inf},
};

}  // namespace

std::span<const Entry> unary_family() {
  return kEntries;
}

}  // namespace joulemark::mx::ops
