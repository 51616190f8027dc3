// SPDX-License-Identifier: Apache-2.0
// Elements read and written by their positions.
#include <ATen/ops/all.h>
#include <ATen/ops/ge.h>

#include <algorithm>
#include <limits>

#include "torch_kit/ops/families.h"
#include "torch_kit/ops/sizes.h"

namespace joulemark::torch_kit::ops {
namespace {

constexpr std::int64_t kToTheEnd = std::numeric_limits<std::int64_t>::max();

// Slice.

/// What one axis is cut to.
struct Cut {
  JitValue* axis;
  JitValue* start;
  JitValue* end;
  JitValue* step;
};

/// `-1 - at`: the same place seen from the other end, as PyTorch clamps it and ONNX does.
JitValue* mirrored(OpCall& call, JitValue* at) {
  return call.call("aten::sub.int", {-1, at});
}

/// A step down is a step up through the reversed axis.
JitValue* cut_backwards(OpCall& call, JitValue* x, const Cut& cut, std::int64_t step) {
  JitValue* start = mirrored(call, cut.start);
  const auto known = known_int(call, start);
  if (!known || *known > 0) {
    // A start before the first element is the first element.
    JitValue* size = call.call("aten::size.int", {x, cut.axis});
    start = call.call("prim::min.int", {start, call.call("aten::sub.int", {size, 1})});
  }
  JitValue* reversed = call.call("aten::flip", {x, call.graph.int_list({cut.axis})});
  return call.call("aten::slice.Tensor",
                   {reversed, cut.axis, start, mirrored(call, cut.end), -step});
}

JitValue* clamp(OpCall& call, JitValue* value, JitValue* low, JitValue* high) {
  return call.call("prim::max.int", {call.call("prim::min.int", {value, high}), low});
}

/// Steps whose sign only a run knows: the positions are counted.
JitValue* cut_by_positions(OpCall& call, JitValue* x, const Cut& cut) {
  const auto op = [&](const char* name, tj::NamedValue a, tj::NamedValue b) {
    return call.call(name, {std::move(a), std::move(b)});
  };
  JitValue* size = call.call("aten::size.int", {x, cut.axis});
  JitValue* down = call.call("aten::Int.bool", {op("aten::lt.int", cut.step, 0)});
  const auto from_front = [&](JitValue* at) {
    JitValue* behind = call.call("aten::Int.bool", {op("aten::lt.int", at, 0)});
    return op("aten::add.int", at, op("aten::mul.int", behind, size));
  };
  JitValue* last = op("aten::sub.int", size, down);
  JitValue* start = clamp(call, from_front(cut.start), call.constant_value(0), last);
  JitValue* end = clamp(call, from_front(cut.end), call.call("aten::neg.int", {down}), last);
  JitValue* steps = op("aten::floordiv.int", op("aten::sub.int", start, end), cut.step);
  JitValue* count = op("prim::max.int", call.call("aten::neg.int", {steps}), 0);
  JitValue* positions =
      call.call("aten::arange",
                {count, at::kLong, c10::IValue(), c10::IValue(call.graph.device()), c10::IValue()});
  positions = call.call("aten::mul.Scalar", {positions, cut.step});
  positions = call.call("aten::add.Scalar", {positions, start, 1});
  return call.call("aten::index_select", {x, cut.axis, positions});
}

JitValue* cut_axis(OpCall& call, JitValue* x, const Cut& cut) {
  const auto step = known_int(call, cut.step);
  if (step && *step == 0) call.invalid("its step is 0");
  if (!step) return cut_by_positions(call, x, cut);
  if (*step < 0) return cut_backwards(call, x, cut, *step);
  if (*step == 1 && known_int(call, cut.start) == 0 && known_int(call, cut.end) == kToTheEnd)
    return x;
  return call.call("aten::slice.Tensor", {x, cut.axis, cut.start, cut.end, *step});
}

/// An attribute before opset 10, an input since then.
std::vector<JitValue*> slice_part(OpCall& call, std::size_t i, const char* name) {
  if (call.opset() >= 10) return call.has(i) ? call.int_elements(i) : std::vector<JitValue*>{};
  std::vector<JitValue*> values;
  for (const std::int64_t value : call.integers(name, {}))
    values.push_back(call.constant_value(value));
  return values;
}

void slice(OpCall& call) {
  JitValue* x = call.tensor(0);
  const std::vector<JitValue*> starts = slice_part(call, 1, "starts");
  const std::vector<JitValue*> ends = slice_part(call, 2, "ends");
  std::vector<JitValue*> axes = slice_part(call, 3, "axes");
  std::vector<JitValue*> steps = slice_part(call, 4, "steps");
  for (std::size_t i = axes.size(); axes.size() < starts.size() && !call.has(3); ++i)
    axes.push_back(call.constant_value(static_cast<std::int64_t>(i)));
  if (steps.empty()) steps.assign(starts.size(), call.constant_value(1));
  if (ends.size() != starts.size() || axes.size() != starts.size() || steps.size() != starts.size())
    call.invalid("starts, ends, axes and steps are not equally many");
  for (std::size_t i = 0; i < starts.size(); ++i)
    x = cut_axis(call, x, {axes[i], starts[i], ends[i], steps[i]});
  give_moved(call, x);
}

// Gather and Scatter.

/// Whether no element can be negative, as far as it is known now.
bool counts_from_front(OpCall& call, JitValue* indices) {
  if (const auto known = call.graph.value_of(indices))
    return at::all(known->toTensor().ge(0)).item<bool>();
  static const std::vector<std::string> kPositions{"aten::topk", "aten::argmax", "aten::argmin",
                                                   "aten::sort", "aten::nonzero"};
  return std::ranges::find(kPositions, indices->node()->kind().toQualString()) != kPositions.end();
}

/// int64 positions counted from the front, for operators of PyTorch that take no others.
JitValue* from_front(OpCall& call, JitValue* indices, JitValue* size) {
  if (counts_from_front(call, indices)) return call.cast(indices, at::kLong);
  indices = call.cast(indices, at::kLong);
  JitValue* behind = call.call("aten::lt.Scalar", {indices, 0});
  return call.call("aten::add.Tensor", {indices, call.call("aten::mul.Scalar", {behind, size}), 1});
}

/// x[:, …, indices]: positions along `axis`, negative ones too.
JitValue* index_axis(OpCall& call, JitValue* x, std::int64_t axis, JitValue* indices) {
  std::vector<JitValue*> places(static_cast<std::size_t>(axis), call.constant_value(c10::IValue()));
  places.push_back(indices);
  return call.call("aten::index.Tensor", {x, call.graph.optional_tensor_list(places)});
}

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
  return call.call("aten::index_select", {x, axis, call.constant_value(indices)});
}

/// A table of vectors, as embedding layers have it: PyTorch has a kernel for that. Of its rows
/// nobody asks from the end.
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
    value = call.call("aten::embedding", {x, call.tensor(1), -1, false, false});
  if (value == nullptr) value = index_axis(call, x, axis, call.tensor(1));
  give_moved(call, value);
}

void gather_elements(OpCall& call) {
  JitValue* x = call.tensor(0);
  const std::int64_t axis = call.axis_of(x, call.integer("axis", 0));
  JitValue* indices = from_front(call, call.tensor(1), call.size(x, axis));
  give_moved(call, call.call("aten::gather", {x, axis, indices, false}));
}

/// The number of coordinates, the last size of `indices`.
std::size_t coordinate_count(OpCall& call, JitValue* indices) {
  const auto example = call.graph.example(indices);
  if (!example || example->dim() == 0 || example->size(-1) >= GraphWriter::kOpenSize)
    call.unsupported("the last size of its indices must be known when the model is loaded");
  return static_cast<std::size_t>(example->size(-1));
}

std::vector<JitValue*> coordinates(OpCall& call, JitValue* indices) {
  const std::size_t count = coordinate_count(call, indices);
  std::vector<JitValue*> parts;
  for (std::size_t i = 0; i < count; ++i)
    parts.push_back(call.call("aten::select.int", {indices, -1, static_cast<std::int64_t>(i)}));
  return parts;
}

/// 0, 1, … along dimension `axis` of `rank` ones.
JitValue* counted(OpCall& call, JitValue* size, std::int64_t axis, std::int64_t rank) {
  JitValue* value = call.call("aten::arange", {size, at::kLong, c10::IValue(),
                                               c10::IValue(call.graph.device()), c10::IValue()});
  Ints dims(static_cast<std::size_t>(rank), 1);
  dims[static_cast<std::size_t>(axis)] = -1;
  return rank == 1 ? value : call.call("aten::reshape", {value, dims});
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
  give_moved(call, call.call("aten::index.Tensor", {x, call.graph.optional_tensor_list(places)}));
}

constexpr Entry kEntries[] = {
    {"Slice", 1, slice},
    {"Gather", 1, gather},
    {"GatherElements", 11, gather_elements},
    {"GatherND", 11, gather_nd},
};

}  // namespace

std::span<const Entry> indexing() {
  return kEntries;
}

}  // namespace joulemark::torch_kit::ops
