// SPDX-License-Identifier: Apache-2.0
// Shapes changed, elements kept in order or moved as blocks.
#include <algorithm>

#include "torch_kit/ops/families.h"
#include "torch_kit/ops/sizes.h"

namespace joulemark::torch_kit::ops {
namespace {

void identity(OpCall& call) {
  call.result(call.operand(0));
}

/// A size of 0 stands for the input's. What only a run knows may be 0 too, unless it was computed
/// from sizes: such a 0 is an empty dimension.
JitValue* copied_where_zero(OpCall& call, JitValue* x, JitValue* size, std::size_t axis) {
  const auto known = known_int(call, size);
  if (known && *known != 0) return size;
  const auto place = static_cast<std::int64_t>(axis);
  if (const auto example = call.graph.example(x); example && place >= example->dim())
    return known ? (call.invalid("it copies a size that its input does not have"), size) : size;
  if (known) return call.size(x, place);
  if (call.operand(1).host) return size;
  JitValue* zero = call.call("aten::Int.bool", {call.call("aten::eq.int", {size, 0})});
  return call.call("aten::add.int",
                   {size, call.call("aten::mul.int", {zero, call.size(x, place)})});
}

/// One size that only a run knows can be left to PyTorch, when the others tell it: then what
/// computes it is not needed.
void leave_one_open(OpCall& call, std::vector<JitValue*>& sizes) {
  std::size_t open = sizes.size();
  for (std::size_t i = 0; i < sizes.size(); ++i) {
    const auto known = known_int(call, sizes[i]);
    if (known && *known <= 0) return;
    if (known) continue;
    if (open != sizes.size()) return;
    open = i;
  }
  if (open != sizes.size()) sizes[open] = call.constant_value(-1);
}

std::vector<JitValue*> target_sizes(OpCall& call, JitValue* x) {
  std::vector<JitValue*> sizes;
  if (call.opset() < 5)
    for (const std::int64_t size : call.integers("shape", {}))
      sizes.push_back(call.constant_value(size));
  else
    sizes = call.int_elements(1);
  if (call.integer("allowzero", 0) == 0)
    for (std::size_t i = 0; i < sizes.size(); ++i)
      sizes[i] = copied_where_zero(call, x, sizes[i], i);
  leave_one_open(call, sizes);
  return sizes;
}

void reshape(OpCall& call) {
  JitValue* x = call.tensor(0);
  // Of any rank: sizes of 0 cannot be told from empty dimensions, and are an error when it runs.
  if (call.opset() >= 5 && !length_of(call, 1)) {
    JitValue* value = call.call("aten::reshape", {x, call.int_list(1)});
    call.graph.open_rank(value, call.type_of(x));
    return give_moved(call, value);
  }
  const std::vector<JitValue*> sizes = target_sizes(call, x);
  JitValue* value = call.call("aten::reshape", {x, call.graph.int_list(sizes)});
  if (!call.graph.example(value) && call.graph.example(x)) {
    Ints known;
    for (JitValue* size : sizes) known.push_back(known_int(call, size).value_or(-1));
    declare_sizes(call, value, call.type_of(x), known);
  }
  give_moved(call, value);
}

void transpose(OpCall& call) {
  JitValue* x = call.tensor(0);
  Ints order = call.integers("perm", {});
  if (!call.has_attribute("perm"))
    for (std::int64_t axis = call.rank_of(x); axis-- > 0;) order.push_back(axis);
  give_moved(call, call.call("aten::permute", {x, order}));
}

/// Two dimensions: all before the axis, all from it on.
void flatten(OpCall& call) {
  JitValue* x = call.tensor(0);
  const std::int64_t rank = call.rank_of(x);
  std::int64_t axis = call.integer("axis", 1);
  if (axis < -rank || axis > rank) call.invalid("it has no axis " + std::to_string(axis));
  if (axis < 0) axis += rank;
  if (axis < rank - 1) x = call.call("aten::flatten.using_ints", {x, axis, -1});
  if (axis > 1) x = call.call("aten::flatten.using_ints", {x, 0, axis - 1});
  if (axis == rank) x = call.call("aten::unsqueeze", {x, -1});
  if (axis == 0) x = call.call("aten::unsqueeze", {x, 0});
  give_moved(call, x);
}

/// Sizes without those at `axes`; nothing when x has no such axis.
std::optional<Ints> without(Ints dims, Ints axes) {
  const auto rank = static_cast<std::int64_t>(dims.size());
  for (std::int64_t& axis : axes) axis += axis < 0 ? rank : 0;
  std::sort(axes.rbegin(), axes.rend());
  for (const std::int64_t axis : axes) {
    if (axis < 0 || axis >= static_cast<std::int64_t>(dims.size())) return std::nullopt;
    dims.erase(dims.begin() + axis);
  }
  return dims;
}

/// The axes of size 1, where the model says all sizes. Else the rank of the result is open, and
/// what needs it is refused.
void squeeze_all(OpCall& call, JitValue* x) {
  const Fact* fact = call.graph.fact(x);
  JitValue* value = call.call("aten::squeeze", {x});
  if (fact == nullptr || !fact->exact) call.graph.open_rank(value, call.type_of(x));
  give_moved(call, value);
}

void squeeze(OpCall& call) {
  JitValue* x = call.tensor(0);
  const Axes axes = axes_of(call, 1, 13);
  if (!axes.given) return squeeze_all(call, x);
  if (axes.elements.empty()) return give_moved(call, x);
  JitValue* value = axes.elements.size() == 1
                        ? call.call("aten::squeeze.dim", {x, axes.elements[0]})
                        : call.call("aten::squeeze.dims", {x, call.graph.int_list(axes.elements)});
  const auto example = call.graph.example(x);
  if (!example) return give_moved(call, value);
  // The model says that these sizes are 1, whatever the example has there.
  if (axes.known) {
    const auto dims = without(example->sizes().vec(), *axes.known);
    if (!dims) call.invalid("it has no such axis (rank " + std::to_string(example->dim()) + ")");
    const auto now = call.graph.example(value);
    if (!now || now->sizes() != *dims) declare_sizes(call, value, example->scalar_type(), *dims);
  } else {
    const auto left = example->dim() - static_cast<std::int64_t>(axes.elements.size());
    declare_sizes(call, value, example->scalar_type(),
                  Ints(static_cast<std::size_t>(std::max<std::int64_t>(left, 0)), -1));
  }
  give_moved(call, value);
}

/// Axes of the result, in rising order.
std::vector<JitValue*> sorted_axes(OpCall& call, const Axes& axes, std::int64_t rank) {
  std::vector<JitValue*> sorted;
  if (axes.known) {
    Ints known = *axes.known;
    for (std::int64_t& axis : known) axis += axis < 0 ? rank : 0;
    std::ranges::sort(known);
    for (const std::int64_t axis : known) sorted.push_back(call.constant_value(axis));
    return sorted;
  }
  std::vector<JitValue*> front;
  for (JitValue* axis : axes.elements)
    front.push_back(call.call("aten::remainder.int", {axis, rank}));
  JitValue* list = call.call("aten::sorted.int", {call.graph.int_list(front)});
  for (std::size_t i = 0; i < front.size(); ++i)
    sorted.push_back(call.call("aten::__getitem__.t", {list, static_cast<std::int64_t>(i)}));
  return sorted;
}

void unsqueeze(OpCall& call) {
  JitValue* x = call.tensor(0);
  const Axes axes = axes_of(call, 1, 13);
  std::vector<JitValue*> order = axes.elements;
  if (order.size() > 1)
    order = sorted_axes(call, axes, call.rank_of(x) + static_cast<std::int64_t>(order.size()));
  for (JitValue* axis : order) x = call.call("aten::unsqueeze", {x, axis});
  give_moved(call, x);
}

/// The size of a broadcast dimension for aten::expand: -1 keeps the input's. `size` is the wanted
/// one, which gives way where it is 1.
JitValue* broadcast_size(OpCall& call, JitValue* x, std::int64_t axis, JitValue* size) {
  const auto known = known_int(call, size);
  if (known) return *known == 1 ? call.constant_value(-1) : size;
  JitValue* have = call.size(x, axis);
  if (const auto fixed = known_int(call, have)) return *fixed == 1 ? size : call.constant_value(-1);
  JitValue* gives_way = call.call("aten::Int.bool", {call.call("aten::eq.int", {size, 1})});
  JitValue* more = call.call("aten::sub.int", {have, 1});
  return call.call("aten::add.int", {size, call.call("aten::mul.int", {gives_way, more})});
}

void expand(OpCall& call) {
  JitValue* x = call.tensor(0);
  const std::int64_t rank = call.rank_of(x);
  std::vector<JitValue*> sizes = call.int_elements(1);
  const auto wanted = static_cast<std::int64_t>(sizes.size());
  for (std::int64_t i = std::max<std::int64_t>(wanted - rank, 0); i < wanted; ++i) {
    JitValue*& size = sizes[static_cast<std::size_t>(i)];
    size = broadcast_size(call, x, i - (wanted - rank), size);
  }
  if (wanted < rank)
    sizes.insert(sizes.begin(), static_cast<std::size_t>(rank - wanted), call.constant_value(-1));
  const bool same = std::ranges::all_of(
      sizes, [&](JitValue* size) { return known_int(call, size).value_or(0) == -1; });
  if (same) return give_moved(call, x);
  JitValue* value = call.call("aten::expand", {x, call.graph.int_list(sizes), false});
  call.graph.declare(value, call.type_of(x), std::max(rank, wanted));
  give_moved(call, value);
}

void concat(OpCall& call) {
  const std::int64_t axis = call.integer("axis", 1);
  const std::vector<JitValue*> parts = call.tensors();
  if (parts.empty()) call.invalid("it has no inputs");
  if (parts.size() == 1) return give_moved(call, parts[0]);
  give_moved(call, call.call("aten::cat", {call.graph.tensor_list(parts), axis}));
}

/// The tensors of equal parts; since opset 18 the last may be smaller.
JitValue* equal_parts(OpCall& call, JitValue* x, std::int64_t axis) {
  const auto count = static_cast<std::int64_t>(call.output_count());
  const bool ragged = call.has_attribute("num_outputs");
  JitValue* all = call.size(x, axis);
  const auto known = known_int(call, all);
  if (!known) {
    JitValue* sum = ragged ? call.call("aten::add.int", {all, count - 1}) : all;
    JitValue* each = call.call("aten::floordiv.int", {sum, count});
    return call.call("aten::split.Tensor", {x, each, axis});
  }
  if (!ragged && *known % count != 0)
    call.invalid("size " + std::to_string(*known) + " is not divided by its number of outputs");
  const std::int64_t each = (*known + count - 1) / count;
  Ints sizes;
  for (std::int64_t i = 0; i < count; ++i)
    sizes.push_back(std::clamp<std::int64_t>(*known - i * each, 0, each));
  return call.call("aten::split_with_sizes", {x, sizes, axis});
}

JitValue* sized_parts(OpCall& call, JitValue* x, std::int64_t axis) {
  if (call.has(1)) return call.call("aten::split_with_sizes", {x, call.int_list(1), axis});
  return call.call("aten::split_with_sizes", {x, call.integers("split", {}), axis});
}

void split(OpCall& call) {
  JitValue* x = call.tensor(0);
  const std::int64_t axis = call.integer("axis", 0);
  const bool sized = call.has(1) || call.has_attribute("split");
  JitValue* list = sized ? sized_parts(call, x, axis) : equal_parts(call, x, axis);
  const std::vector<JitValue*> parts = unpack_tensors(call, list, call.output_count());
  for (std::size_t i = 0; i < parts.size(); ++i) {
    if (const auto example = call.graph.example(x)) {
      const Fact* now = call.graph.fact(parts[i]);
      Ints sizes = example->sizes().vec();
      sizes[static_cast<std::size_t>(call.axis_of(x, axis))] = -1;
      if (now == nullptr) declare_sizes(call, parts[i], example->scalar_type(), sizes);
    }
    call.result(parts[i], i, call.dtype(0));
  }
}

constexpr Entry kEntries[] = {
    {"Identity", 1, identity}, {"Reshape", 1, reshape}, {"Transpose", 1, transpose},
    {"Flatten", 1, flatten},   {"Squeeze", 1, squeeze}, {"Unsqueeze", 1, unsqueeze},
    {"Expand", 8, expand},     {"Concat", 1, concat},   {"Split", 1, split},
};

}  // namespace

std::span<const Entry> movement() {
  return kEntries;
}

}  // namespace joulemark::torch_kit::ops
