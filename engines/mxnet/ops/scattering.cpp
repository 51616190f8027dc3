// SPDX-License-Identifier: Apache-2.0
// Elements written to places that a value tells.
#include "mxnet/dtypes.h"
#include "mxnet/ops/families.h"
#include "mxnet/ops/places.h"
#include "mxnet/ops/values.h"

namespace joulemark::mx::ops {
namespace {

/// Rows of `updates` in the place of rows of `table`, or added to them. Both have rank 2.
Value written(OpCall& call, const Value& table, const Value& places, const Value& updates) {
  const std::string how = call.text("reduction", "none");
  if (how != "none" && how != "add") call.unsupported("reduction '" + how + "'");
  const Value rows = call.reshape(places, {1, -1});
  if (how == "add")
    return call.op("_npi_add", {table, call.op("_backward_gather_nd", {updates, rows},
                                               {{"shape", table->dims}})});
  const Value ones = call.broadcast(call.scalar(1, kFloat), {rows->dims[1], 1});
  const Value hit = call.op("scatter_nd", {ones, rows}, {{"shape", Ints{table->dims[0], 1}}});
  const Value all = call.op("scatter_nd", {updates, rows}, {{"shape", table->dims}});
  return call.op("_npi_where", {hit, all, table});
}

/// `places`: rows of the input as [rows, size of one].
void scatter(OpCall& call, const Value& places, std::int64_t rows) {
  const Value x = call.tensor(0);
  const Value updates = call.tensor(2);
  const Type type = x->type == kBool ? kUint8 : x->type;
  const std::int64_t size = size_of(x->dims) / rows;
  if (size_of(updates->dims) != size_of(places->dims) * size)
    call.invalid("it has not as many updates as places");
  const Value y = written(call, call.reshape(call.cast(x, type), {rows, size}), places,
                          call.reshape(call.cast(updates, type), {-1, size}));
  call.result(call.cast(call.reshape(y, x->dims), x->type));
}

bool writes_nothing(OpCall& call) {
  return size_of(call.dims(0)) == 0 || size_of(call.dims(2)) == 0;
}

void scatter_elements(OpCall& call) {
  if (writes_nothing(call)) return call.result(call.tensor(0));
  const Ints dims = call.dims(0);
  scatter(call, element_places(call, dims, call.tensor(1)), size_of(dims));
}

void scatter_nd(OpCall& call) {
  if (writes_nothing(call)) return call.result(call.tensor(0));
  const Rows rows = row_places(call, call.dims(0), call.tensor(1), 0);
  scatter(call, rows.places, rows.count);
}

constexpr Entry kEntries[] = {
    {"Scatter", 9, scatter_elements, lowering::Types::kAsTheyAre, lowering::kOnnx, 10},
    {"ScatterElements", 11, scatter_elements},
    {"ScatterND", 11, scatter_nd},
};

}  // namespace

std::span<const Entry> scattering() {
  return kEntries;
}

}  // namespace joulemark::mx::ops
