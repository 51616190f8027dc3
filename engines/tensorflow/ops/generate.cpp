// SPDX-License-Identifier: Apache-2.0
// Values made from sizes and numbers.
#include <algorithm>

#include "tensorflow/dtypes.h"
#include "tensorflow/lowering/weights.h"
#include "tensorflow/ops/families.h"
#include "tensorflow/ops/values.h"

namespace joulemark::tf::ops {
namespace {

Value float_constant(OpCall& call, const std::vector<double>& numbers, const Ints& dims) {
  const std::vector<float> narrow(numbers.begin(), numbers.end());
  return call.graph.constant({kFloat, dims, narrow.data(), narrow.size() * sizeof(float)});
}

void constant(OpCall& call) {
  if (call.has_attribute("value")) {
    if (call.wants(0)) call.scope[call.node.outputs[0]] = Operand{{}, &call.model_tensor("value")};
    return;
  }
  if (call.has_attribute("value_int"))
    return call.result(call.int_scalar(call.integer("value_int", 0)));
  if (call.has_attribute("value_ints"))
    return call.result(call.ints(call.integers("value_ints", {})));
  if (call.has_attribute("value_float"))
    return call.result(float_constant(call, {call.real("value_float", 0)}, {}));
  if (!call.has_attribute("value_floats"))
    call.unsupported("a constant that is no tensor of numbers");
  const auto numbers = call.reals("value_floats", {});
  call.result(float_constant(call, numbers, {static_cast<std::int64_t>(numbers.size())}));
}

void constant_of_shape(OpCall& call) {
  Value value;
  if (call.has_attribute("value")) {
    const Operand weight{{}, &call.model_tensor("value")};
    value = call.reshape(write_weight(call.graph, weight), Ints{});
  } else {
    value = call.scalar(0, kFloat);
  }
  call.result(call.op("Fill", {call.tensor(0), value}, {{"index_type", call.type(0)}}));
}

/// Since opset 15 a part of the sizes.
void shape(OpCall& call) {
  const Value x = call.tensor(0);
  const Value all = call.shape(x);
  const std::int64_t start = call.integer("start", 0);
  if (start == 0 && !call.has_attribute("end")) return call.result(all);
  const std::int64_t rank = call.rank_of(x);
  const auto bound = [&](std::int64_t at) {
    return std::clamp<std::int64_t>(at < 0 ? at + rank : at, 0, rank);
  };
  const std::int64_t from = bound(start);
  const std::int64_t to = std::max(from, bound(call.integer("end", rank)));
  call.result(part(call, all, from, to));
}

void size(OpCall& call) {
  call.result(call.op("Size", {call.tensor(0)}, {{"out_type", kInt64}}));
}

void range(OpCall& call) {
  std::vector<Value> numbers;
  for (std::size_t i = 0; i < 3; ++i) numbers.push_back(call.reshape(call.tensor(i), Ints{}));
  call.result(call.op("Range", {numbers[0], numbers[1], numbers[2]}));
}

/// Column minus row of each element of the last two axes.
Value diagonals(OpCall& call, Value x) {
  const std::int64_t rank = call.rank_of(x);
  if (rank < 2) call.invalid("its input has rank " + std::to_string(rank) + ", not 2 or more");
  const auto range_of = [&](std::int64_t axis) {
    return call.op("Range", {call.int_scalar(0), size_of_axis(call, x, axis), call.int_scalar(1)});
  };
  const Value rows = call.reshape(range_of(rank - 2), Ints{-1, 1});
  return call.op("Sub", {range_of(rank - 1), rows});
}

void trilu(OpCall& call) {
  const Value x = call.tensor(0);
  const Value k = call.has(1) ? call.reshape(call.tensor(1), Ints{}) : call.int_scalar(0);
  const bool upper = call.integer("upper", 1) != 0;
  const Value kept = call.op(upper ? "GreaterEqual" : "LessEqual", {diagonals(call, x), k});
  call.result(call.op("SelectV2", {kept, x, call.scalar(0, call.graph.type(x))}));
}

void eye_like(OpCall& call) {
  const Value x = call.tensor(0);
  const auto type = call.has_attribute("dtype")
                        ? type_of(static_cast<jm_dtype>(call.integer("dtype", 1)))
                        : std::optional(call.graph.type(x));
  if (!type) call.unsupported("a result of this element type");
  const Value k = call.int_scalar(call.integer("k", 0));
  call.result(call.cast(call.op("Equal", {diagonals(call, x), k}), *type));
}

/// Negative places count from the end; what lies outside gives a row without a 1.
void one_hot(OpCall& call) {
  const Value depth = call.cast(call.reshape(call.tensor(1), Ints{}), kInt32);
  const Value values = call.tensor(2);
  Value places = call.cast(call.tensor(0), kInt64);
  const Value negative = call.op("Less", {places, call.int_scalar(0)});
  const Value wide = call.cast(depth, kInt64);
  places = call.op("SelectV2", {negative, call.op("AddV2", {places, wide}), places});
  std::int64_t axis = call.integer("axis", -1);
  const std::int64_t rank = call.rank_of(places);
  if (axis < 0) axis += rank + 1;
  call.result(call.op("OneHot", {places, depth, element(call, values, 1), element(call, values, 0)},
                      {{"axis", axis == rank ? std::int64_t{-1} : axis}}));
}

constexpr Entry kEntries[] = {
    {"Constant", 1, constant}, {"ConstantOfShape", 9, constant_of_shape},
    {"Shape", 1, shape},       {"Size", 1, size},
    {"Range", 11, range},      {"Trilu", 14, trilu},
    {"EyeLike", 9, eye_like},  {"OneHot", 9, one_hot},
};

}  // namespace

std::span<const Entry> generate() {
  return kEntries;
}

}  // namespace joulemark::tf::ops
