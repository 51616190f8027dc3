// SPDX-License-Identifier: Apache-2.0
// Places of extremes, sorting, running sums.
#include "tensorflow/ops/direct.h"
#include "tensorflow/ops/families.h"
#include "tensorflow/ops/values.h"

namespace joulemark::tf::ops {
namespace {

/// The first of equal ones, or the last.
template <Name op>
void arg_extreme(OpCall& call) {
  Value x = call.tensor(0);
  const std::int64_t axis = call.axis_of(x, call.integer("axis", 0));
  const bool last = call.integer("select_last_index", 0) != 0;
  const Value place = call.int_scalar(axis, kInt32);
  const Value size = size_of_axis(call, x, axis);
  if (last) x = call.op("ReverseV2", {x, call.ints({axis}, kInt32)});
  Value at = call.op(op.text, {x, place}, {{"output_type", kInt64}});
  if (last) at = call.op("Sub", {call.op("Sub", {size, call.int_scalar(1)}), at});
  if (call.integer("keepdims", 1) != 0) at = call.op("ExpandDims", {at, place});
  call.result(at);
}

/// TensorFlow has it over the last axis, greatest first.
void top_k(OpCall& call) {
  const Value x = call.tensor(0);
  const std::int64_t rank = call.rank_of(x);
  const std::int64_t axis = call.axis_of(x, call.integer("axis", -1));
  Ints order = iota(rank);
  std::swap(order[static_cast<std::size_t>(axis)], order.back());
  const bool largest = call.integer("largest", 1) != 0;
  const Value rows = call.transpose(x, order);
  const Value k = call.opset() < 10 ? call.int_scalar(call.integer("k", 1), kInt32)
                                    : call.cast(call.reshape(call.tensor(1), Ints{}), kInt32);
  const auto found = call.graph.op_all("TopKV2", {largest ? rows : call.op("Neg", {rows}), k},
                                       {{"index_type", kInt64}});
  const Value values = largest ? found[0] : call.op("Neg", {found[0]});
  call.result(call.transpose(values, order), 0);
  call.result(call.transpose(found[1], order), 1);
}

template <Name op>
void cumulative(OpCall& call) {
  const auto axis = call.known_ints(1);
  const Value place = axis && axis->size() == 1
                          ? call.int_scalar(call.axis_of(call.tensor(0), axis->front()), kInt32)
                          : call.reshape(call.tensor(1), Ints{});
  call.result(call.op(op.text, {call.tensor(0), place},
                      {{"exclusive", call.integer("exclusive", 0) != 0},
                       {"reverse", call.integer("reverse", 0) != 0}}));
}

/// Places of what is not 0: a row an axis.
void non_zero(OpCall& call) {
  const Value rows = call.op("Where", {call.tensor(0)});
  call.result(call.transpose(rows, {1, 0}));
}

/// The condition may be shorter than the axis.
void compress(OpCall& call) {
  Value x = call.tensor(0);
  if (!call.has_attribute("axis")) x = call.reshape(x, Ints{-1});
  const std::int64_t axis = call.axis_of(x, call.integer("axis", 0));
  const Value kept = call.reshape(call.op("Where", {call.tensor(1)}), Ints{-1});
  call.result(call.op("GatherV2", {x, kept, call.int_scalar(axis, kInt32)}));
}

/// Places in `vector` by its elements, the smallest first.
Value sorted_places(OpCall& call, Value vector) {
  const Type type = call.graph.type(vector);
  if (type == kHalf || type == kBfloat16) vector = call.cast(vector, kFloat);
  const Value count = call.cast(size_of_axis(call, vector, 0), kInt32);
  return call.graph.op_all("TopKV2", {call.op("Neg", {vector}), count},
                           {{"index_type", kInt64}})[1];
}

/// TensorFlow has it in the order in which values stand first.
void unique(OpCall& call) {
  if (call.has_attribute("axis")) call.unsupported("values that are slices of an axis");
  const Value x = call.reshape(call.tensor(0), Ints{-1});
  const Value front = call.int_scalar(0, kInt32);
  const auto found = call.graph.op_all("UniqueWithCountsV2",
                                       {
                                           x,
                                           call.ints({0}),
                                       },
                                       {{"out_idx", kInt64}});
  Value values = found[0];
  Value places = found[1];
  Value counts = found[2];
  const Value number = call.op("Size", {values}, {{"out_type", kInt64}});
  const Value all =
      call.op("Range", {call.int_scalar(0), size_of_axis(call, x, 0), call.int_scalar(1)});
  Value first = call.op("UnsortedSegmentMin", {all, places, number});
  if (call.integer("sorted", 1) != 0) {
    const Value order = sorted_places(call, values);
    const auto ordered = [&](Value of) { return call.op("GatherV2", {of, order, front}); };
    places = call.op("GatherV2", {call.op("InvertPermutation", {order}), places, front});
    values = ordered(values);
    counts = ordered(counts);
    first = ordered(first);
  }
  call.result(values);
  call.result(first, 1);
  call.result(places, 2);
  call.result(counts, 3);
}

constexpr Entry kEntries[] = {
    {"ArgMax", 1, arg_extreme<"ArgMax">},
    {"ArgMin", 1, arg_extreme<"ArgMin">},
    {"TopK", 1, top_k},
    {"CumSum", 11, cumulative<"Cumsum">},
    {"CumProd", 26, cumulative<"Cumprod">},
    {"NonZero", 9, non_zero},
    {"Compress", 9, compress},
    {"Unique", 11, unique, Types::kWidened},
};

}  // namespace

std::span<const Entry> searching() {
  return kEntries;
}

}  // namespace joulemark::tf::ops
