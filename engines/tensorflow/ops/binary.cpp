// SPDX-License-Identifier: Apache-2.0
// Arithmetic of two values, or of many.
#include "tensorflow/dtypes.h"
#include "tensorflow/ops/direct.h"
#include "tensorflow/ops/families.h"
#include "tensorflow/ops/values.h"

namespace joulemark::tf::ops {
namespace {

/// Before opset 7 the second value is aligned at an attribute's axis.
Value second(OpCall& call) {
  const Value b = call.tensor(1);
  if (call.opset() >= 7 || call.integer("broadcast", 0) == 0) return b;
  const std::int64_t rank = call.rank(0);
  const std::int64_t own = call.rank_of(b);
  std::int64_t axis = call.integer("axis", rank - own);
  if (axis < 0) axis += rank;
  Ints shape = call.dims_of(b);
  if (axis + own > rank)
    call.invalid("its second value does not fit behind axis " + std::to_string(axis));
  if (axis + own == rank) return b;
  shape.resize(static_cast<std::size_t>(rank - axis), 1);
  return call.reshape(b, shape);
}

template <Name op>
void arithmetic(OpCall& call) {
  call.result(call.op(op.text, {call.tensor(0), second(call)}));
}

/// A bias behind a product of rows is added to the rows, where TensorFlow fuses the two.
bool add_bias(OpCall& call, std::size_t product, std::size_t bias) {
  const Operand& of = call.operand(product);
  const model::OnnxTensor* weight = call.weight(bias);
  if (!of.rows || weight == nullptr || weight->dims.size() != 1) return false;
  const auto columns = call.dims_of(of.rows->value).back();
  if (columns != weight->dims[0]) return false;
  // Nothing else may read the product, not even its sizes: what has two readers is not fused.
  const Value sizes = of.rows->sizes;
  const Value rows = call.op("BiasAdd", {of.rows->value, call.tensor(bias)});
  call.result_rows({rows, sizes});
  return true;
}

void addition(OpCall& call) {
  if (call.opset() >= 7 && (add_bias(call, 0, 1) || add_bias(call, 1, 0))) return;
  const Value a = call.tensor(0);
  const Value b = second(call);
  const auto a_dims = call.graph.dims(a);
  const auto b_dims = call.graph.dims(b);
  const bool wider = a_dims && b_dims && a_dims->size() >= b_dims->size();
  const Value added = wider ? as_bias(call, b) : b;
  call.result(call.op("AddV2", {a, added}));
}

/// Integers are truncated.
void division(OpCall& call) {
  const bool real = is_floating(call.type(0));
  call.result(call.op(real ? "RealDiv" : "TruncateDiv", {call.tensor(0), second(call)}));
}

void modulo(OpCall& call) {
  const bool truncated = call.integer("fmod", 0) != 0;
  const Type type = call.type(0);
  const Type wide = type == kHalf || type == kBfloat16 ? kFloat : type;
  const Value y = call.op(truncated ? "Mod" : "FloorMod",
                          {call.cast(call.tensor(0), wide), call.cast(call.tensor(1), wide)});
  call.result(call.cast(y, type));
}

/// In the type of the base; an integer to a power of another type is computed in double.
void power(OpCall& call) {
  const Value base = call.tensor(0);
  const Type type = call.graph.type(base);
  const Type other = call.type(1);
  const bool in_double = is_integer(type) && !is_integer(other);
  const Type wide = in_double ? kDouble : type;
  const Value y = call.op("Pow", {call.cast(base, wide), call.cast(second(call), wide)});
  call.result(call.cast(y, type));
}

void mean(OpCall& call) {
  Value all = call.tensor(0);
  for (std::size_t i = 1; i < call.input_count(); ++i)
    all = call.op("AddV2", {all, call.tensor(i)});
  const Value count = call.scalar(static_cast<double>(call.input_count()), call.graph.type(all));
  call.result(call.op("RealDiv", {all, count}));
}

/// All bits leave a value that is shifted by its width or more; a negative number is as a large
/// one.
void shift(OpCall& call) {
  const bool left = call.text("direction", "") == "LEFT";
  const Value x = call.tensor(0);
  const Value by = call.tensor(1);
  const Type type = call.graph.type(x);
  const Value zero = call.scalar(0, type);
  const Value last = call.scalar(static_cast<double>(8 * size_of(type) - 1), type);
  const Value inside = call.op(
      "LogicalAnd", {call.op("GreaterEqual", {by, zero}), call.op("LessEqual", {by, last})});
  if (left) return call.result(call.op("SelectV2", {inside, call.op("LeftShift", {x, by}), zero}));
  const Value sign =
      call.op("SelectV2", {call.op("Less", {x, zero}), call.op("Invert", {zero}), zero});
  call.result(call.op("SelectV2", {inside, call.op("RightShift", {x, by}), sign}));
}

constexpr Entry kEntries[] = {
    {"Add", 1, addition},
    {"Sub", 1, arithmetic<"Sub">},
    {"Mul", 1, arithmetic<"Mul">},
    {"Div", 1, division},
    {"Mod", 10, modulo, Types::kWidened},
    {"Pow", 1, power, Types::kWidened},
    {"Max", 1, variadic<"Maximum">},
    {"Min", 1, variadic<"Minimum">},
    {"Sum", 1, variadic<"AddV2">},
    {"Mean", 1, mean},
    {"BitShift", 11, shift},
    {"BitwiseAnd", 18, binary<"BitwiseAnd">},
    {"BitwiseOr", 18, binary<"BitwiseOr">},
    {"BitwiseXor", 18, binary<"BitwiseXor">},
};

}  // namespace

std::span<const Entry> binary_family() {
  return kEntries;
}

}  // namespace joulemark::tf::ops
