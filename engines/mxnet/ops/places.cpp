// SPDX-License-Identifier: Apache-2.0
#include "mxnet/ops/places.h"

#include <algorithm>

#include "mxnet/ops/values.h"

namespace joulemark::mx::ops {
namespace {

Value known_places(OpCall& call, const Value& value, Ints places, std::int64_t size) {
  for (std::int64_t& place : places) {
    if (place < -size || place >= size)
      call.invalid("place " + std::to_string(place) + " is outside of its " + std::to_string(size) +
                   " elements");
    if (place < 0) place += size;
  }
  return call.reshape(call.ints(places), value->dims);
}

Value times(OpCall& call, const Value& places, std::int64_t step) {
  if (step == 1) return places;
  return call.cast(call.op("_npi_multiply_scalar", {places}, {{"scalar", step}}), kInt64);
}

Value sum(OpCall& call, const Value& a, const Value& b) {
  return a == nullptr ? b : call.op("_npi_add", {a, b});
}

/// 0, step, 2 · step … along one axis of `rank`.
Value steps(OpCall& call, std::int64_t count, std::int64_t step, const Ints& shape) {
  Ints all(static_cast<std::size_t>(count));
  for (std::size_t i = 0; i < all.size(); ++i) all[i] = static_cast<std::int64_t>(i) * step;
  return call.reshape(call.ints(all), shape);
}

}  // namespace

Value from_front(OpCall& call, const Value& places, std::int64_t size) {
  if (const auto known = call.graph.known_ints(places))
    return known_places(call, places, *known, size);
  const Value negative = call.op("_npi_less_scalar", {places}, {{"scalar", 0}});
  const Value moved = call.op("_npi_add_scalar", {places}, {{"scalar", size}});
  return call.op("_npi_where", {negative, call.cast(moved, places->type), places});
}

Value checked_places(OpCall& call, const Value& places, std::int64_t size) {
  const Value front = from_front(call, places, size);
  if (front->array != nullptr) return call.cast(front, kInt64);
  // Looked up in a table of themselves: of all that looks up, this alone fails.
  return call.op("take", {call.ints(iota(size)), front}, {{"axis", 0}, {"mode", "raise"}});
}

Value element_places(OpCall& call, const Ints& dims, const Value& places) {
  const std::size_t rank = dims.size();
  if (rank == 0 || places->dims.size() != rank)
    call.invalid("its places have rank " + std::to_string(places->dims.size()) + ", not " +
                 std::to_string(rank));
  std::int64_t axis = call.integer("axis", 0);
  if (axis < 0) axis += static_cast<std::int64_t>(rank);
  if (axis < 0 || axis >= static_cast<std::int64_t>(rank)) call.invalid("it has no such axis");
  Value all = nullptr;
  for (std::size_t i = 0; i < rank; ++i) {
    const std::int64_t step = size_of(dims, i + 1, rank);
    if (static_cast<std::int64_t>(i) == axis) {
      all = sum(call, all, times(call, checked_places(call, places, dims[i]), step));
      continue;
    }
    if (places->dims[i] > dims[i]) call.invalid("it has more places than its input elements");
    Ints shape(rank, 1);
    shape[i] = places->dims[i];
    all = sum(call, all, steps(call, places->dims[i], step, shape));
  }
  return all;
}

Rows row_places(OpCall& call, const Ints& dims, const Value& places, std::int64_t batch) {
  const auto shared = static_cast<std::size_t>(batch);
  if (batch < 0 || places->dims.empty() || shared >= places->dims.size() || shared > dims.size())
    call.invalid("its places do not fit its input");
  const std::int64_t told = places->dims.back();
  const std::size_t first = shared + static_cast<std::size_t>(std::max<std::int64_t>(told, 0));
  if (told < 1 || first > dims.size()) call.invalid("its places do not fit its input");
  if (!std::equal(dims.begin(), dims.begin() + batch, places->dims.begin()))
    call.invalid("its places do not have the sizes of its batch");
  const Ints of_places(places->dims.begin(), places->dims.end() - 1);
  const auto last = static_cast<std::int64_t>(places->dims.size()) - 1;
  Rows rows{nullptr, size_of(dims, 0, first), Ints(dims.begin() + first, dims.end())};
  for (std::int64_t i = 0; i < told; ++i) {
    const std::size_t axis = shared + static_cast<std::size_t>(i);
    const Value own = call.reshape(part(call, places, last, i, i + 1), of_places);
    rows.places =
        sum(call, rows.places,
            times(call, checked_places(call, own, dims[axis]), size_of(dims, axis + 1, first)));
  }
  for (std::size_t i = 0; i < shared; ++i) {
    Ints shape(of_places.size(), 1);
    shape[i] = dims[i];
    rows.places = sum(call, rows.places, steps(call, dims[i], size_of(dims, i + 1, first), shape));
  }
  return rows;
}

}  // namespace joulemark::mx::ops
