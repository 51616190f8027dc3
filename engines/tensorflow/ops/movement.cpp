// SPDX-License-Identifier: Apache-2.0
// Shapes changed, elements kept in order or moved as blocks.
#include <algorithm>

#include "lowering_kit/split.h"
#include "tensorflow/ops/families.h"
#include "tensorflow/ops/values.h"

namespace joulemark::tf::ops {
namespace {

void identity(OpCall& call) {
  if (call.wants(0)) call.scope[call.node.outputs[0]] = Operand(call.operand(0));
}

/// What does nothing when a model is used; everything is kept.
void dropout(OpCall& call) {
  const bool trains = call.opset() >= 12 && call.has(2) && call.known_ints(2) != Ints{0};
  const bool drops = call.has(1) ? known_number(call, 1) != 0.0 : call.real("ratio", 0.5) != 0;
  if (trains && drops)
    call.unsupported("training_mode: no two engines draw the same random numbers");
  identity(call);
  if (!call.wants(1)) return;
  const Value x = call.tensor(0);
  const Type type = call.opset() < 10 ? call.graph.type(x) : kBool;
  call.result(call.op("Fill", {call.shape(x), call.scalar(1, type)}, {{"index_type", kInt64}}), 1);
}

/// Sizes of 0 stand for the input's.
Ints with_copied_sizes(OpCall& call, Ints sizes, const Ints& from) {
  for (std::size_t i = 0; i < sizes.size(); ++i) {
    if (sizes[i] != 0) continue;
    if (i >= from.size()) call.invalid("it copies a size that its input does not have");
    sizes[i] = from[i];
  }
  return sizes;
}

/// The same where only a run knows them.
Value with_copied_sizes(OpCall& call, Value sizes, Value x) {
  const Ints count = call.dims_of(sizes);
  if (count.size() != 1 || count[0] < 0) return sizes;
  const std::int64_t rank = call.rank_of(x);
  std::vector<Value> own{part(call, call.shape(x), 0, std::min(rank, count[0]))};
  if (count[0] > rank) own.push_back(call.ints(Ints(static_cast<std::size_t>(count[0] - rank), 0)));
  const Value zero = call.op("Equal", {sizes, call.int_scalar(0)});
  return call.op("SelectV2", {zero, joined(call, own), sizes});
}

void reshape(OpCall& call) {
  const Value x = call.tensor(0);
  const auto known =
      call.opset() < 5 ? std::optional(call.integers("shape", {})) : call.known_ints(1);
  const bool copies = call.integer("allowzero", 0) == 0;
  if (!known) {
    // What was computed from sizes is 0 only where a dimension is empty.
    const Value sizes = call.tensor(1);
    const bool asked = copies && call.graph.is_input(sizes);
    return call.result(call.reshape(x, asked ? with_copied_sizes(call, sizes, x) : sizes));
  }
  if (!copies || std::ranges::count(*known, 0) == 0) return call.result(call.reshape(x, *known));
  const auto own = call.graph.dims(x);
  if (own) {
    const Ints sizes = with_copied_sizes(call, *known, *own);
    const auto open = std::ranges::count(sizes, -1);
    if (open <= 1) return call.result(call.reshape(x, sizes));
  }
  const Value y = call.reshape(x, with_copied_sizes(call, call.ints(*known), x));
  Ints declared = *known;
  if (own) declared = with_copied_sizes(call, *known, *own);
  call.graph.declare(y, declared);
  call.result(y);
}

void transpose(OpCall& call) {
  if (!call.has_attribute("perm")) {
    Ints order = iota(call.rank(0));
    std::ranges::reverse(order);
    return call.result(call.transpose(call.tensor(0), order));
  }
  const Ints order = call.integers("perm", {});
  if (order.size() > 1)
    if (const auto moved = call.transposed_weight(0, order)) return call.result(*moved);
  call.result(call.transpose(call.tensor(0), order));
}

void flatten(OpCall& call) {
  const Value x = call.tensor(0);
  const std::int64_t rank = call.rank_of(x);
  std::int64_t axis = call.integer("axis", 1);
  if (axis < -rank || axis > rank) call.invalid("it has no axis " + std::to_string(axis));
  if (axis < 0) axis += rank;
  call.result(flattened(call, x, axis));
}

constexpr std::int64_t kAxesAreInput = 13;

/// Whether the axes are an input that only a run tells.
bool has_open_axes(OpCall& call) {
  return call.opset() >= kAxesAreInput && call.has(1) && !call.known_ints(1);
}

/// How many they are, and they as places in a value of `rank`.
struct OpenAxes {
  std::int64_t count;
  Value places;
};

OpenAxes open_axes(OpCall& call, std::int64_t rank) {
  const Value axes = call.reshape(call.cast(call.tensor(1), kInt64), Ints{-1});
  const Ints count = call.dims_of(axes);
  if (count[0] < 0) call.unsupported("a number of axes that only a run tells");
  return {count[0], call.op("FloorMod", {axes, call.int_scalar(rank)})};
}

void squeeze_open(OpCall& call, Value x) {
  const std::int64_t rank = call.rank_of(x);
  const OpenAxes axes = open_axes(call, rank);
  const Value left =
      call.op("ListDiff", {call.ints(iota(rank)), axes.places}, {{"out_idx", kInt32}});
  const Value sizes = call.op("GatherV2", {call.shape(x), left, call.int_scalar(0, kInt32)});
  const Value y = call.reshape(x, sizes);
  call.graph.declare(
      y, Ints(static_cast<std::size_t>(std::max<std::int64_t>(rank - axes.count, 0)), -1));
  call.result(y);
}

/// Sizes of 1 at the axes, the others in their order between them.
void unsqueeze_open(OpCall& call, Value x) {
  const Value axes = call.reshape(call.tensor(1), Ints{-1});
  const Ints count = call.dims_of(axes);
  if (count[0] < 0) call.unsupported("a number of axes that only a run tells");
  const std::int64_t rank = call.rank_of(x) + count[0];
  const Value places = open_axes(call, rank).places;
  const Value old = call.op("ListDiff", {call.ints(iota(rank)), places}, {{"out_idx", kInt32}});
  const auto column = [&](Value of) { return call.reshape(of, Ints{-1, 1}); };
  const Value sizes =
      call.op("TensorScatterUpdate",
              {call.ints(Ints(static_cast<std::size_t>(rank), 1)), column(old), call.shape(x)});
  const Value y = call.reshape(x, sizes);
  call.graph.declare(y, Ints(static_cast<std::size_t>(rank), -1));
  call.result(y);
}

void squeeze(OpCall& call) {
  const Value x = call.tensor(0);
  if (has_open_axes(call)) return squeeze_open(call, x);
  const auto axes = given_axes(call, 1, kAxesAreInput);
  if (axes && axes->empty()) return call.result(x);
  call.result(call.op("Squeeze", {x}, {{"squeeze_dims", axes.value_or(Ints{})}}));
}

void unsqueeze(OpCall& call) {
  Value x = call.tensor(0);
  if (has_open_axes(call)) return unsqueeze_open(call, x);
  Ints axes = given_axes(call, 1, kAxesAreInput).value_or(Ints{});
  // One alone may count from the end, of a value of any rank.
  if (axes.size() > 1) {
    const std::int64_t rank = call.rank_of(x) + static_cast<std::int64_t>(axes.size());
    for (std::int64_t& axis : axes) axis += axis < 0 ? rank : 0;
    std::ranges::sort(axes);
  }
  for (const std::int64_t axis : axes)
    x = call.op("ExpandDims", {x, call.int_scalar(axis, kInt32)});
  call.result(x);
}

/// Sizes of 1 give way on both sides.
void expand(OpCall& call) {
  const Value x = call.tensor(0);
  const Value sizes = call.op("BroadcastArgs", {call.shape(x), call.cast(call.tensor(1), kInt64)});
  const Value y = call.op("BroadcastTo", {x, sizes}, {{"Tidx", kInt64}});
  const auto own = call.graph.dims(x);
  const auto wanted = call.known_ints(1);
  if (own && wanted) {
    Ints dims(std::max(own->size(), wanted->size()), 1);
    std::copy(own->rbegin(), own->rend(), dims.rbegin());
    for (std::size_t i = 0; i < wanted->size(); ++i) {
      std::int64_t& size = dims[dims.size() - 1 - i];
      const std::int64_t asked = (*wanted)[wanted->size() - 1 - i];
      if (asked != 1) size = asked;
    }
    call.graph.declare(y, dims);
  }
  call.result(y);
}

void concat(OpCall& call) {
  const std::vector<Value> parts = call.tensors();
  if (parts.empty()) call.invalid("it has no inputs");
  if (parts.size() == 1) return call.result(parts.front());
  const std::int64_t axis = call.integer("axis", 1);
  call.result(call.op("ConcatV2", {parts, call.int_scalar(axis, kInt32)}));
}

void split(OpCall& call) {
  const Value x = call.tensor(0);
  const std::int64_t axis = call.axis_of(x, call.integer("axis", 0));
  const auto count = static_cast<std::int64_t>(call.output_count());
  const std::int64_t size = call.dims_of(x)[static_cast<std::size_t>(axis)];
  const Value place = call.int_scalar(axis, kInt32);
  std::vector<Value> parts;
  if (!call.has(1) && !call.has_attribute("split") && size < 0) {
    parts = call.graph.op_all("Split", {place, x}, {{"num_split", count}});
  } else {
    const Value sizes =
        call.has(1) ? call.cast(call.tensor(1), kInt64)
                    : call.ints(call.has_attribute("split") ? call.integers("split", {})
                                                            : lowering::equal_parts(call, size));
    parts = call.graph.op_all("SplitV", {x, sizes, place}, {{"num_split", count}});
  }
  for (std::size_t i = 0; i < parts.size(); ++i) call.result(parts[i], i);
}

constexpr Entry kEntries[] = {
    {"Identity", 1, identity},   {"Dropout", 1, dropout}, {"Reshape", 1, reshape},
    {"Transpose", 1, transpose}, {"Flatten", 1, flatten}, {"Squeeze", 1, squeeze},
    {"Unsqueeze", 1, unsqueeze}, {"Expand", 8, expand},   {"Concat", 1, concat},
    {"Split", 1, split},
};

}  // namespace

std::span<const Entry> movement() {
  return kEntries;
}

}  // namespace joulemark::tf::ops
