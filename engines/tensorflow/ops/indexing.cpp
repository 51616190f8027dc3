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

/// Places on axis `i` for every element of a value of this rank and shape.
Value counted_along(OpCall& call, Value shape, std::int64_t rank, std::int64_t i) {
  Ints sizes(static_cast<std::size_t>(rank), 1);
  sizes[static_cast<std::size_t>(i)] = -1;
  const Value range =
      call.op("Range", {call.int_scalar(0), element(call, shape, i), call.int_scalar(1)});
  return call.op("BroadcastTo", {call.reshape(range, sizes), shape}, {{"Tidx", kInt64}});
}

/// The places of every element of `like`, one row each: [elements of like, rank], where the place
/// on `axis` is the element itself.
Value grid(OpCall& call, Value like, std::int64_t axis) {
  const Value shape = call.op("Shape", {like}, {{"out_type", kInt64}});
  std::vector<Value> columns;
  const std::int64_t rank = call.rank_of(like);
  for (std::int64_t i = 0; i < rank; ++i)
    columns.push_back(i == axis ? call.cast(like, kInt64) : counted_along(call, shape, rank, i));
  return call.op("Pack", {columns}, {{"axis", -1}});
}

void gather_elements(OpCall& call) {
  const Value x = call.tensor(0);
  const std::int64_t axis = call.axis_of(x, call.integer("axis", 0));
  const Value places = places_on(call, x, 1, axis);
  call.result(call.op("GatherNd", {x, grid(call, places, axis)}));
}

/// Every product of what is written to one place, times what stands there. TensorFlow has no
/// scatter for it, but products by segments.
Value scattered_products(OpCall& call, Value x, Value rows, Value updates) {
  const Value sizes = part(call, call.shape(x), 0, call.dims_of(rows).back());
  const Value front = call.int_scalar(0, kInt32);
  const Value strides =
      call.op("Cumprod", {sizes, front}, {{"exclusive", true}, {"reverse", true}});
  const Value places = call.op(
      "Sum", {call.op("Mul", {call.cast(rows, kInt64), strides}), call.int_scalar(-1, kInt32)});
  const Value factors =
      call.op("UnsortedSegmentProd", {updates, places, call.op("Prod", {sizes, front})});
  return call.op("Mul", {x, call.reshape(factors, call.shape(x))});
}

/// x with input 2 written at rows of places on its first axes.
void scatter(OpCall& call, Value x, Value rows) {
  const std::string reduction = call.text("reduction", "none");
  if (reduction == "mul") return call.result(scattered_products(call, x, rows, call.tensor(2)));
  const char* op = reduction == "none"  ? "TensorScatterUpdate"
                   : reduction == "add" ? "TensorScatterAdd"
                   : reduction == "max" ? "TensorScatterMax"
                   : reduction == "min" ? "TensorScatterMin"
                                        : nullptr;
  if (op == nullptr) call.invalid("reduction '" + reduction + "' is none of ONNX's");
  call.result(call.op(op, {x, rows, call.tensor(2)}));
}

void scatter_elements(OpCall& call) {
  const Value x = call.tensor(0);
  const std::int64_t axis = call.axis_of(x, call.integer("axis", 0));
  scatter(call, x, grid(call, places_on(call, x, 1, axis), axis));
}

/// Rows of places on the axes from `first` on, of which those that are negative count from the end.
Value rows_of_places(OpCall& call, Value x, std::int64_t first) {
  const Ints dims = call.dims_of(call.tensor(1));
  if (dims.empty() || dims.back() < 0) call.unsupported("a number of places that a run decides");
  const Value sizes = part(call, call.shape(x), first, first + dims.back());
  return from_front(call, call.tensor(1), sizes);
}

/// The same rows with the places on the first `count` axes, which x and they share, in front.
Value with_shared_places(OpCall& call, Value rows, std::int64_t count) {
  const std::int64_t rank = call.rank_of(rows);
  const Value shape = joined(call, {part(call, call.shape(rows), 0, rank - 1), call.ints({1})});
  std::vector<Value> columns;
  for (std::int64_t i = 0; i < count; ++i) columns.push_back(counted_along(call, shape, rank, i));
  columns.push_back(call.cast(rows, kInt64));
  return call.op("ConcatV2", {columns, call.int_scalar(-1, kInt32)});
}

void gather_nd(OpCall& call) {
  const std::int64_t shared = call.integer("batch_dims", 0);
  const Value x = call.tensor(0);
  if (shared < 0 || shared >= std::min(call.rank_of(x), call.rank(1)))
    call.invalid("batch_dims does not fit its inputs");
  const Value rows = rows_of_places(call, x, shared);
  const Value places = shared == 0 ? rows : with_shared_places(call, rows, shared);
  call.result(call.op("GatherNd", {x, places}));
}

void scatter_nd(OpCall& call) {
  const Value x = call.tensor(0);
  scatter(call, x, rows_of_places(call, x, 0));
}

/// Writes input 1 along one axis, for each of the batch from the place that input 2 tells.
void tensor_scatter(OpCall& call) {
  const Value cache = call.tensor(0);
  const Value update = call.tensor(1);
  const std::int64_t axis = call.axis_of(cache, call.integer("axis", -2));
  const std::int64_t rank = call.rank_of(cache);
  const Value shape = call.op("Shape", {update}, {{"out_type", kInt64}});
  Value places = counted_along(call, shape, rank, axis);
  if (call.has(2)) {
    Ints sizes(static_cast<std::size_t>(rank), 1);
    sizes[0] = -1;
    const Value starts = call.reshape(call.cast(call.tensor(2), kInt64), sizes);
    places = call.op("AddV2", {places, starts});
  }
  if (call.text("mode", "linear") == "circular")
    places = call.op("FloorMod", {places, size_of_axis(call, cache, axis)});
  call.result(call.op("TensorScatterUpdate", {cache, grid(call, places, axis), update}));
}

constexpr Entry kEntries[] = {
    {"Gather", 1, gather},
    {"GatherElements", 11, gather_elements},
    {"GatherND", 11, gather_nd},
    {"Scatter", 9, scatter_elements},
    {"ScatterElements", 11, scatter_elements},
    {"ScatterND", 11, scatter_nd},
    {"TensorScatter", 24, tensor_scatter},
};

}  // namespace

std::span<const Entry> indexing() {
  return kEntries;
}

}  // namespace joulemark::tf::ops
