// SPDX-License-Identifier: Apache-2.0
// Elements written by their positions, into a copy.
#include "torch_kit/ops/families.h"
#include "torch_kit/ops/indices.h"
#include "torch_kit/ops/sizes.h"

namespace joulemark::torch_kit::ops {
namespace {

/// PyTorch's name of the node's reduction; "" for none.
std::string reduction_of(OpCall& call) {
  const std::string name = call.text("reduction", "none");
  if (name == "none") return "";
  if (name == "add") return "sum";
  if (name == "mul") return "prod";
  if (name == "max") return "amax";
  if (name == "min") return "amin";
  call.invalid("unknown reduction '" + name + "'");
}

JitValue* scatter(OpCall& call, JitValue* x, std::int64_t axis, JitValue* indices,
                  JitValue* updates) {
  const std::string reduction = reduction_of(call);
  if (reduction.empty()) return call.call("aten::scatter.src", {x, axis, indices, updates});
  return call.call("aten::scatter_reduce.two", {x, axis, indices, updates, reduction, true});
}

void scatter_elements(OpCall& call) {
  JitValue* x = call.tensor(0);
  const std::int64_t axis = call.axis_of(x, call.integer("axis", 0));
  JitValue* indices = from_front(call, call.tensor(1), call.size(x, axis));
  JitValue* value = scatter(call, x, axis, indices, call.tensor(2));
  give_moved(call, call.graph.declare(value, call.type_of(x), call.rank_of(x)));
}

/// `x` with the dimensions [0, count) as one.
JitValue* flat_front(OpCall& call, JitValue* x, std::int64_t count) {
  if (count == 0) return call.call("aten::unsqueeze", {x, 0});
  return count == 1 ? x : call.call("aten::flatten.using_ints", {x, 0, count - 1});
}

/// Positions in flat_front(x) that the coordinates stand for.
JitValue* flat_positions(OpCall& call, JitValue* x, const std::vector<JitValue*>& places) {
  JitValue* flat = nullptr;
  for (std::size_t i = 0; i < places.size(); ++i) {
    JitValue* size = call.size(x, static_cast<std::int64_t>(i));
    JitValue* place = from_front(call, places[i], size);
    if (flat != nullptr)
      place =
          call.call("aten::add.Tensor", {call.call("aten::mul.Scalar", {flat, size}), place, 1});
    flat = place;
  }
  return call.call("aten::reshape", {flat, Ints{-1}});
}

/// What index_put cannot reduce: whole slices of x, by rows.
JitValue* scatter_rows(OpCall& call, JitValue* x, const std::vector<JitValue*>& places,
                       std::int64_t place_rank) {
  JitValue* rows = flat_front(call, x, static_cast<std::int64_t>(places.size()));
  JitValue* updates = flat_front(call, call.tensor(2), place_rank);
  JitValue* positions = flat_positions(call, x, places);
  const std::int64_t rank = call.rank_of(rows);
  if (rank > 1) {
    Ints dims(static_cast<std::size_t>(rank), 1);
    dims[0] = -1;
    positions = call.call("aten::reshape", {positions, dims});
    positions = call.call("aten::expand_as", {positions, updates});
  }
  JitValue* value = scatter(call, rows, 0, positions, updates);
  value = call.call("aten::reshape", {value, call.call("aten::size", {x})});
  return call.graph.declare(value, call.type_of(x), call.rank_of(x));
}

void scatter_nd(OpCall& call) {
  JitValue* x = call.tensor(0);
  JitValue* indices = call.tensor(1);
  const std::vector<JitValue*> places = coordinates(call, indices);
  const std::string reduction = reduction_of(call);
  if (places.empty()) call.unsupported("indices without coordinates are not covered");
  if (!reduction.empty() && reduction != "sum")
    return give_moved(call, scatter_rows(call, x, places, call.rank_of(indices) - 1));
  give_moved(call, call.call("aten::index_put", {x, call.graph.optional_tensor_list(places),
                                                 call.tensor(2), !reduction.empty()}));
}

/// Where the update's elements go along `axis`: from write_indices on, for each of the batch.
JitValue* write_positions(OpCall& call, JitValue* cache, JitValue* update, std::int64_t axis) {
  const std::int64_t rank = call.rank_of(cache);
  JitValue* positions = counted(call, call.size(update, axis), axis, rank);
  Ints dims(static_cast<std::size_t>(rank), 1);
  dims[0] = -1;
  JitValue* starts = call.call("aten::reshape", {call.cast(call.tensor(2), at::kLong), dims});
  positions = call.call("aten::add.Tensor", {starts, positions, 1});
  if (call.text("mode", "linear") == "circular")
    positions = call.call("aten::remainder.Scalar", {positions, call.size(cache, axis)});
  return call.call("aten::expand_as", {positions, update});
}

void tensor_scatter(OpCall& call) {
  JitValue* cache = call.tensor(0);
  JitValue* update = call.tensor(1);
  const std::int64_t axis = call.axis_of(cache, call.integer("axis", -2));
  if (!call.has(2))
    return give_moved(call, call.call("aten::slice_scatter",
                                      {cache, update, axis, 0, call.size(update, axis), 1}));
  JitValue* positions = write_positions(call, cache, update, axis);
  JitValue* value = call.call("aten::scatter.src", {cache, axis, positions, update});
  give_moved(call, call.graph.declare(value, call.type_of(cache), call.rank_of(cache)));
}

constexpr Entry kEntries[] = {
    {"Scatter", 9, scatter_elements, Types::kWidened},
    {"ScatterElements", 11, scatter_elements, Types::kWidened},
    {"ScatterND", 11, scatter_nd, Types::kWidened},
    {"TensorScatter", 24, tensor_scatter, Types::kWidened},
};

}  // namespace

std::span<const Entry> scattering() {
  return kEntries;
}

}  // namespace joulemark::torch_kit::ops
