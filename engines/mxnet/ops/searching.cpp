// SPDX-License-Identifier: Apache-2.0
// Places of greatest and least elements, sums on the way.
#include "mxnet/ops/direct.h"
#include "mxnet/ops/families.h"
#include "mxnet/ops/values.h"

namespace joulemark::mx::ops {
namespace {

/// The first of equal ones, or the last.
template <Name op>
void place_of(OpCall& call) {
  const Value x = call.tensor(0);
  const std::int64_t axis = call.axis_of(x, call.integer("axis", 0));
  const bool last = call.integer("select_last_index", 0) != 0;
  const Attrs attrs{{"axis", axis}, {"keepdims", call.integer("keepdims", 1) != 0}};
  const Value place =
      call.cast(call.op(op.text, {last ? reversed(call, x, axis) : x}, attrs), kInt64);
  if (!last) return call.result(place);
  const std::int64_t end = x->dims[static_cast<std::size_t>(axis)] - 1;
  call.result(call.cast(call.op("_npi_rsubtract_scalar", {place}, {{"scalar", end}}), kInt64));
}

/// 0 in front, and the last element gone.
Value shifted(OpCall& call, const Value& x, std::int64_t axis) {
  const std::int64_t size = x->dims[static_cast<std::size_t>(axis)];
  if (size == 0) return x;
  Ints dims = x->dims;
  dims[static_cast<std::size_t>(axis)] = 1;
  const Value zeros = call.broadcast(call.scalar(0, x->type), dims);
  if (size == 1) return zeros;
  return call.op("Concat", {zeros, part(call, x, axis, 0, size - 1)},
                 {{"num_args", 2}, {"dim", axis}});
}

void cumulative_sum(OpCall& call) {
  Value x = call.tensor(0);
  const Ints given = call.constant_ints(1);
  if (given.size() != 1) call.invalid("it has no axis");
  const std::int64_t axis = call.axis_of(x, given[0]);
  const bool backwards = call.integer("reverse", 0) != 0;
  if (backwards) x = reversed(call, x, axis);
  Value y = call.cast(call.op("_np_cumsum", {x}, {{"axis", axis}}), x->type);
  if (call.integer("exclusive", 0) != 0) y = shifted(call, y, axis);
  call.result(backwards ? reversed(call, y, axis) : y);
}

void top_k(OpCall& call) {
  const Value x = call.tensor(0);
  const std::int64_t axis = call.axis_of(x, call.integer("axis", -1));
  Ints count{call.integer("k", 0)};
  if (call.opset() >= 10) count = call.constant_ints(1);
  const std::int64_t size = x->dims[static_cast<std::size_t>(axis)];
  if (count.size() != 1 || count[0] < 0 || count[0] > size)
    call.invalid("it does not have as many elements as it asks for");
  Ints dims = x->dims;
  dims[static_cast<std::size_t>(axis)] = count[0];
  if (size_of(dims) == 0) {
    call.result(empty(call, x->type, dims));
    return call.result(empty(call, kInt64, dims), 1);
  }
  const auto both = call.graph.op_all("topk", {x},
                                      {{"axis", axis},
                                       {"k", count[0]},
                                       {"ret_typ", "both"},
                                       {"is_ascend", call.integer("largest", 1) == 0},
                                       {"dtype", "int64"}});
  call.result(both.at(0));
  call.result(both.at(1), 1);
}

constexpr double kMostClasses = 1 << 24;

/// Its values are [off, on].
void one_hot(OpCall& call) {
  const std::vector<double> depths = call.constant_reals(1);
  if (depths.size() != 1 || !(depths[0] >= 1 && depths[0] < kMostClasses))
    call.invalid("its depth is no number of classes");
  const auto depth = static_cast<std::int64_t>(depths[0]);
  const Value places = call.cast(call.tensor(0), kInt64);
  const auto rank = static_cast<std::int64_t>(places->dims.size());
  std::int64_t axis = call.integer("axis", -1);
  if (axis < -rank - 1 || axis > rank) call.invalid("it has no axis " + std::to_string(axis));
  if (axis < 0) axis += rank + 1;
  const Value negative = call.op("_npi_less_scalar", {places}, {{"scalar", 0}});
  const Value moved = call.cast(call.op("_npi_add_scalar", {places}, {{"scalar", depth}}), kInt64);
  const Value front = call.op("_npi_where", {negative, moved, places});
  const Value hot = call.op("one_hot", {front}, {{"depth", depth}});
  const Value values = call.tensor(2);
  if (values->dims != Ints{2}) call.invalid("its values are not two");
  const auto value = [&](std::int64_t i) {
    return call.reshape(part(call, values, 0, i, i + 1), {});
  };
  Ints order = iota(rank + 1);
  order.insert(order.begin() + axis, rank);
  order.pop_back();
  call.result(call.transpose(call.op("_npi_where", {hot, value(1), value(0)}), order));
}

constexpr Entry kEntries[] = {
    {"ArgMax", 1, place_of<"_npi_argmax">},
    {"ArgMin", 1, place_of<"_npi_argmin">},
    {"CumSum", 11, cumulative_sum},
    {"TopK", 1, top_k},
    {"OneHot", 9, one_hot},
};

}  // namespace

std::span<const Entry> searching() {
  return kEntries;
}

}  // namespace joulemark::mx::ops
