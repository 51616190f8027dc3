// SPDX-License-Identifier: Apache-2.0
// Functions of each element.
#include "tensorflow/dtypes.h"
#include "tensorflow/ops/direct.h"
#include "tensorflow/ops/families.h"

namespace joulemark::tf::ops {
namespace {

/// Integers are what they are rounded to.
template <Name op>
void rounding(OpCall& call) {
  const Value x = call.tensor(0);
  call.result(is_floating(call.graph.type(x)) ? call.op(op.text, {x}) : x);
}

void is_inf(OpCall& call) {
  const Value x = call.tensor(0);
  const bool positive = call.integer("detect_positive", 1) != 0;
  const bool negative = call.integer("detect_negative", 1) != 0;
  const Value infinite = call.op("IsInf", {x});
  if (positive && negative) return call.result(infinite);
  const Value zero = call.scalar(0, call.graph.type(x));
  const Value side = positive ? call.op("Greater", {x, zero}) : call.op("Less", {x, zero});
  const Value found = call.op("LogicalAnd", {infinite, side});
  if (positive || negative) return call.result(found);
  call.result(call.op("LogicalAnd", {found, call.op("LogicalNot", {found})}));
}

constexpr Entry kEntries[] = {
    {"Abs", 1, unary<"Abs">},
    {"Neg", 1, unary<"Neg">},
    {"Sqrt", 1, unary<"Sqrt">},
    {"Exp", 1, unary<"Exp">},
    {"Log", 1, unary<"Log">},
    {"Floor", 1, rounding<"Floor">},
    {"Ceil", 1, rounding<"Ceil">},
    {"Round", 11, rounding<"Round">},
    {"Sign", 9, unary<"Sign">, Types::kWidened},
    {"Reciprocal", 1, unary<"Reciprocal">},
    {"Sin", 7, unary<"Sin">},
    {"Cos", 7, unary<"Cos">},
    {"Tan", 7, unary<"Tan">},
    {"Asin", 7, unary<"Asin">},
    {"Acos", 7, unary<"Acos">},
    {"Atan", 7, unary<"Atan">},
    {"Sinh", 9, unary<"Sinh">},
    {"Cosh", 9, unary<"Cosh">},
    {"Asinh", 9, unary<"Asinh">},
    {"Acosh", 9, unary<"Acosh">},
    {"Atanh", 9, unary<"Atanh">},
    {"Erf", 9, unary<"Erf">},
    {"Not", 1, unary<"LogicalNot">},
    {"BitwiseNot", 18, unary<"Invert">},
    {"IsNaN", 9, unary<"IsNan">},
    {"IsInf", 10, is_inf},
};

}  // namespace

std::span<const Entry> unary_family() {
  return kEntries;
}

}  // namespace joulemark::tf::ops
