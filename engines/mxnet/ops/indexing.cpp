// SPDX-License-Identifier: Apache-2.0
// Elements looked up at places that a value tells.
#include "mxnet/ops/families.h"
#include "mxnet/ops/places.h"
#include "mxnet/ops/values.h"

namespace joulemark::mx::ops {
namespace {

void gather(OpCall& call) {
  const Value x = call.tensor(0);
  const std::int64_t axis = call.axis_of(x, call.integer("axis", 0));
  const Value places = from_front(call, call.tensor(1), x->dims[static_cast<std::size_t>(axis)]);
  // The other ways to look up take the nearest place for one that is outside.
  call.result(call.op("take", {x, places}, {{"axis", axis}, {"mode", "raise"}}));
}

/// Elements of `flat` at checked places.
Value looked_up(OpCall& call, const Value& flat, const Value& places) {
  return call.op("take", {flat, places}, {{"axis", 0}, {"mode", "clip"}});
}

void gather_elements(OpCall& call) {
  const Value x = call.tensor(0);
  if (size_of(call.dims(1)) == 0) return call.result(empty(call, x->type, call.dims(1)));
  const Value places = element_places(call, x->dims, call.tensor(1));
  call.result(looked_up(call, call.reshape(x, {-1}), places));
}

void gather_nd(OpCall& call) {
  const Value x = call.tensor(0);
  const Rows rows = row_places(call, x->dims, call.tensor(1), call.integer("batch_dims", 0));
  Ints dims = rows.places->dims;
  dims.insert(dims.end(), rows.dims.begin(), rows.dims.end());
  const Value table = call.reshape(x, {rows.count, size_of(rows.dims)});
  call.result(call.reshape(looked_up(call, table, rows.places), dims));
}

constexpr Entry kEntries[] = {
    {"Gather", 1, gather},
    {"GatherElements", 11, gather_elements},
    {"GatherND", 11, gather_nd},
};

}  // namespace

std::span<const Entry> indexing() {
  return kEntries;
}

}  // namespace joulemark::mx::ops
