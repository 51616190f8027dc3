// SPDX-License-Identifier: Apache-2.0
// Elements looked up at places that a value tells.
#include <algorithm>

#include "mxnet/ops/families.h"
#include "mxnet/ops/values.h"

namespace joulemark::mx::ops {
namespace {

/// Places that are known: counted from the front, none outside.
Value known_places(OpCall& call, const Value& value, Ints places, std::int64_t size) {
  for (std::int64_t& place : places) {
    if (place < -size || place >= size)
      call.invalid("place " + std::to_string(place) + " is outside of its " + std::to_string(size) +
                   " elements");
    if (place < 0) place += size;
  }
  return call.reshape(call.ints(places), value->dims);
}

/// Negative places count from the end.
Value from_front(OpCall& call, const Value& places, std::int64_t size) {
  const Value negative = call.op("_npi_less_scalar", {places}, {{"scalar", 0}});
  const Value moved = call.op("_npi_add_scalar", {places}, {{"scalar", size}});
  return call.op("_npi_where", {negative, call.cast(moved, places->type), places});
}

/// MXNet's other ways to look up take the nearest place for one that is outside.
void gather(OpCall& call) {
  const Value x = call.tensor(0);
  const std::int64_t axis = call.axis_of(x, call.integer("axis", 0));
  const std::int64_t size = x->dims[static_cast<std::size_t>(axis)];
  const auto known = call.known_ints(1);
  const Value places = known ? known_places(call, call.tensor(1), *known, size)
                             : from_front(call, call.tensor(1), size);
  call.result(call.op("take", {x, places}, {{"axis", axis}, {"mode", "raise"}}));
}

constexpr Entry kEntries[] = {
    {"Gather", 1, gather},
};

}  // namespace

std::span<const Entry> indexing() {
  return kEntries;
}

}  // namespace joulemark::mx::ops
