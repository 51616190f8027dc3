// SPDX-License-Identifier: Apache-2.0
// Elements looked up, and written, at places that a value tells.
#include <algorithm>

#include "tensorflow/ops/families.h"
#include "tensorflow/ops/values.h"

namespace joulemark::tf::ops {
namespace {

/// Negative places count from the end. `size`: of what is counted, broadcast to the places.
Value from_front(OpCall& call, Value places, Value size) {
  const Type type = call.graph.type(places);
  const Value negative = call.op("Less", {places, call.int_scalar(0, type)});
  return call.op("SelectV2", {negative, call.op("AddV2", {places, call.cast(size, type)}), places});
}

/// Input `i` with places on one axis of x.
Value places_on(OpCall& call, Value x, std::size_t i, std::int64_t axis) {
  const auto known = call.known_ints(i);
  const bool plain = known && std::ranges::none_of(*known, [](auto at) { return at < 0; });
  if (plain) return call.tensor(i);
  return from_front(call, call.tensor(i), size_of_axis(call, x, axis));
}

void gather(OpCall& call) {
  const Value x = call.tensor(0);
  const std::int64_t axis = call.axis_of(x, call.integer("axis", 0));
  const Value places = places_on(call, x, 1, axis);
  call.result(call.op("GatherV2", {x, places, call.int_scalar(axis, kInt32)}));
}

/// The places of every element of `like`, one row each: [elements of like, rank], where the place
/// on `axis` is the element itself.
Value grid(OpCall& call, Value like, std::int64_t axis) {
  const Value shape = call.op("Shape", {like}, {{"out_type", kInt64}});
  std::vector<Value> columns;
  const std::int64_t rank = call.rank_of(like);
  for (std::int64_t i = 0; i < rank; ++i) {
    Value along = like;
    if (i != axis) {
      Ints sizes(static_cast<std::size_t>(rank), 1);
      sizes[static_cast<std::size_t>(i)] = -1;
      const Value range =
          call.op("Range", {call.int_scalar(0), element(call, shape, i), call.int_scalar(1)});
      along = call.op("BroadcastTo", {call.reshape(range, sizes), shape}, {{"Tidx", kInt64}});
    }
    columns.push_back(call.cast(along, kInt64));
  }
  return call.op("Pack", {columns}, {{"axis", -1}});
}

void gather_elements(OpCall& call) {
  const Value x = call.tensor(0);
  const std::int64_t axis = call.axis_of(x, call.integer("axis", 0));
  const Value places = places_on(call, x, 1, axis);
  call.result(call.op("GatherNd", {x, grid(call, places, axis)}));
}

const char* scatter_op(OpCall& call) {
  const std::string reduction = call.text("reduction", "none");
  if (reduction == "none") return "TensorScatterUpdate";
  if (reduction == "add") return "TensorScatterAdd";
  if (reduction == "max") return "TensorScatterMax";
  if (reduction == "min") return "TensorScatterMin";
  call.unsupported("reduction '" + reduction + "'");
}

void scatter_elements(OpCall& call) {
  const Value x = call.tensor(0);
  const std::int64_t axis = call.axis_of(x, call.integer("axis", 0));
  const Value places = grid(call, places_on(call, x, 1, axis), axis);
  call.result(call.op(scatter_op(call), {x, places, call.tensor(2)}));
}

/// Rows of places, of which those that are negative count from the end.
Value rows_of_places(OpCall& call, Value x) {
  const Ints dims = call.dims_of(call.tensor(1));
  if (dims.empty() || dims.back() < 0) call.unsupported("a number of places that a run decides");
  const Value sizes = part(call, call.shape(x), 0, dims.back());
  return from_front(call, call.tensor(1), sizes);
}

void gather_nd(OpCall& call) {
  if (call.integer("batch_dims", 0) != 0) call.unsupported("batch_dims");
  const Value x = call.tensor(0);
  call.result(call.op("GatherNd", {x, rows_of_places(call, x)}));
}

void scatter_nd(OpCall& call) {
  const Value x = call.tensor(0);
  call.result(call.op(scatter_op(call), {x, rows_of_places(call, x), call.tensor(2)}));
}

constexpr Entry kEntries[] = {
    {"Gather", 1, gather},
    {"GatherElements", 11, gather_elements},
    {"GatherND", 11, gather_nd},
    {"Scatter", 9, scatter_elements},
    {"ScatterElements", 11, scatter_elements},
    {"ScatterND", 11, scatter_nd},
};

}  // namespace

std::span<const Entry> indexing() {
  return kEntries;
}

}  // namespace joulemark::tf::ops
