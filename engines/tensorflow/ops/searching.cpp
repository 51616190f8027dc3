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

void cum_sum(OpCall& call) {
  const auto axis = call.known_ints(1);
  const Value place = axis && axis->size() == 1
                          ? call.int_scalar(call.axis_of(call.tensor(0), axis->front()), kInt32)
                          : call.reshape(call.tensor(1), Ints{});
  call.result(call.op("Cumsum", {call.tensor(0), place},
                      {{"exclusive", call.integer("exclusive", 0) != 0},
                       {"reverse", call.integer("reverse", 0) != 0}}));
}

/// Places of what is not 0: a row an axis.
void non_zero(OpCall& call) {
  const Value rows = call.op("Where", {call.tensor(0)});
  call.result(call.transpose(rows, {1, 0}));
}

constexpr Entry kEntries[] = {
    {"ArgMax", 1, arg_extreme<"ArgMax">},
    {"ArgMin", 1, arg_extreme<"ArgMin">},
    {"TopK", 1, top_k},
    {"CumSum", 11, cum_sum},
    {"NonZero", 9, non_zero},
};

}  // namespace

std::span<const Entry> searching() {
  return kEntries;
}

}  // namespace joulemark::tf::ops
