// SPDX-License-Identifier: Apache-2.0
// Elements read by their positions.
#include <ATen/ops/all.h>
#include <ATen/ops/ge.h>

#include "torch_kit/ops/families.h"
#include "torch_kit/ops/indices.h"
#include "torch_kit/ops/sizes.h"

namespace joulemark::torch_kit::ops {
namespace {

/// One known position is a view.
JitValue* gather_known(OpCall& call, JitValue* x, std::int64_t axis, const at::Tensor& indices) {
  if (indices.dim() == 0) return call.call("aten::select.int", {x, axis, indices.item().toLong()});
  if (indices.dim() != 1) return nullptr;
  if (indices.numel() == 1) {
    const std::int64_t at = indices.item().toLong();
    // A position that the axis does not have must stay an error.
    if (const auto size = known_int(call, call.size(x, axis)); size && at >= -*size && at < *size)
      return call.call("aten::slice.Tensor", {x, axis, at, at == -1 ? kToTheEnd : at + 1, 1});
  }
  if (!at::all(indices.ge(0)).item<bool>()) return nullptr;
  return picked(call, x, axis, call.constant_value(indices));
}

/// A table of vectors, as embedding layers have it: PyTorch has a kernel for that.
bool is_embedding(OpCall& call, JitValue* x, std::int64_t axis) {
  const auto table = call.graph.value_of(x);
  return table && axis == 0 && table->toTensor().dim() == 2 &&
         at::isFloatingType(table->toTensor().scalar_type()) &&
         table->toTensor().element_size() >= 2;
}

void gather(OpCall& call) {
  JitValue* x = call.tensor(0);
  const std::int64_t axis = call.axis_of(x, call.integer("axis", 0));
  JitValue* value = nullptr;
  if (call.operand(1).host && call.operand(1).host->rank == 0)
    value = call.call("aten::select.int", {x, axis, call.number(1)});
  else if (const auto known = call.constant(1))
    value = gather_known(call, x, axis, *known);
  if (value == nullptr && is_embedding(call, x, axis))
    value = looked_up(call, x, from_front(call, call.tensor(1), call.size(x, 0)));
  if (value == nullptr) value = indexed(call, x, axis, call.tensor(1));
  give_moved(call, value);
}

void gather_elements(OpCall& call) {
  JitValue* x = call.tensor(0);
  const std::int64_t axis = call.axis_of(x, call.integer("axis", 0));
  JitValue* indices = from_front(call, call.tensor(1), call.size(x, axis));
  JitValue* value = call.call("aten::gather", {x, axis, indices, false});
  give_moved(call, call.graph.declare(value, call.type_of(x), call.rank_of(x)));
}

void gather_nd(OpCall& call) {
  JitValue* x = call.tensor(0);
  JitValue* indices = call.tensor(1);
  const std::int64_t batch = call.integer("batch_dims", 0);
  const std::int64_t rank = call.rank_of(indices) - 1;
  if (batch < 0 || batch > rank) call.invalid("batch_dims does not fit its indices");
  std::vector<JitValue*> places;
  for (std::int64_t axis = 0; axis < batch; ++axis)
    places.push_back(counted(call, call.size(x, axis), axis, rank));
  for (JitValue* part : coordinates(call, indices)) places.push_back(part);
  JitValue* value = call.call("aten::index.Tensor", {x, call.graph.optional_tensor_list(places)});
  if (!call.graph.example(x)) return give_moved(call, value);
  const std::int64_t kept = call.rank_of(x) - static_cast<std::int64_t>(places.size());
  if (kept < 0) call.invalid("its indices have more coordinates than the data has axes");
  give_moved(call, call.graph.declare(value, call.type_of(x), rank + kept));
}

constexpr Entry kEntries[] = {
    {"Gather", 1, gather},
    {"GatherElements", 11, gather_elements, Types::kWidened},
    {"GatherND", 11, gather_nd},
};

}  // namespace

std::span<const Entry> indexing() {
  return kEntries;
}

}  // namespace joulemark::torch_kit::ops
