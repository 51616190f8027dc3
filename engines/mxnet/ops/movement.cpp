// SPDX-License-Identifier: Apache-2.0
// Shapes changed, elements kept in order or moved along axes.
#include <algorithm>

#include "lowering_kit/split.h"
#include "mxnet/ops/families.h"
#include "mxnet/ops/values.h"

namespace joulemark::mx::ops {
namespace {

constexpr std::int64_t kAxesAreInput = 13;

void identity(OpCall& call) {
  call.result(Operand(call.operand(0)));
}

/// What does nothing when a model is used.
void dropout(OpCall& call) {
  const bool trains = call.opset() >= 12 && call.has(2) && call.known_ints(2) != Ints{0};
  const bool drops = !call.has(1) || known_number(call, call.tensor(1)) != 0.0;
  if (trains && drops) call.unsupported("the training form of Dropout");
  identity(call);
  if (!call.wants(1)) return;
  call.result(
      call.broadcast(call.scalar(1, call.opset() < 10 ? call.type(0) : kBool), call.dims(0)), 1);
}

void reshape(OpCall& call) {
  const Value x = call.tensor(0);
  Ints sizes = call.opset() < 5 ? call.integers("shape", {}) : call.constant_ints(1);
  if (call.integer("allowzero", 0) == 0)
    for (std::size_t i = 0; i < sizes.size(); ++i) {
      if (sizes[i] != 0) continue;
      if (i >= x->dims.size()) call.invalid("it copies a size that its input does not have");
      sizes[i] = x->dims[i];
    }
  if (std::ranges::any_of(sizes, [](std::int64_t size) { return size < -1; }) ||
      std::ranges::count(sizes, -1) > 1)
    call.invalid("it asks for a shape with negative sizes");
  call.result(call.reshape(x, sizes));
}

void transpose(OpCall& call) {
  Ints order = iota(call.rank(0));
  std::ranges::reverse(order);
  call.result(call.transpose(call.tensor(0), call.integers("perm", order)));
}

void flatten(OpCall& call) {
  const Value x = call.tensor(0);
  const auto rank = static_cast<std::int64_t>(x->dims.size());
  std::int64_t axis = call.integer("axis", 1);
  if (axis < -rank || axis > rank) call.invalid("it has no axis " + std::to_string(axis));
  if (axis < 0) axis += rank;
  call.result(flattened(call, x, axis));
}

void squeeze(OpCall& call) {
  const Value x = call.tensor(0);
  const auto axes = given_axes(call, 1, kAxesAreInput);
  std::vector<bool> gone(x->dims.size(), false);
  for (std::size_t i = 0; i < gone.size(); ++i) gone[i] = !axes && x->dims[i] == 1;
  for (const std::int64_t axis : axes.value_or(Ints{}))
    gone.at(static_cast<std::size_t>(call.axis_of(x, axis))) = true;
  Ints sizes;
  for (std::size_t i = 0; i < gone.size(); ++i)
    if (!gone[i]) sizes.push_back(x->dims[i]);
  call.result(call.reshape(x, sizes));
}

void unsqueeze(OpCall& call) {
  const Value x = call.tensor(0);
  Ints axes = given_axes(call, 1, kAxesAreInput).value_or(Ints{});
  const auto rank = static_cast<std::int64_t>(x->dims.size() + axes.size());
  for (std::int64_t& axis : axes) {
    if (axis < -rank || axis >= rank) call.invalid("it has no axis " + std::to_string(axis));
    if (axis < 0) axis += rank;
  }
  std::ranges::sort(axes);
  Ints sizes = x->dims;
  for (const std::int64_t axis : axes) sizes.insert(sizes.begin() + axis, 1);
  call.result(call.reshape(x, sizes));
}

/// Sizes of 1 give way on both sides.
void expand(OpCall& call) {
  const Value x = call.tensor(0);
  call.result(call.broadcast(x, broadcast_dims(call, x->dims, call.constant_ints(1))));
}

void concat(OpCall& call) {
  const Value first = call.tensor(0);
  const std::int64_t axis = call.axis_of(first, call.integer("axis", 1));
  Ints dims = first->dims;
  dims.at(static_cast<std::size_t>(axis)) = 0;
  Inputs parts;
  for (const Value& value : call.tensors()) {
    if (value->dims.size() != dims.size()) call.invalid("its parts are not of one rank");
    dims[static_cast<std::size_t>(axis)] += value->dims[static_cast<std::size_t>(axis)];
    if (size_of(value->dims) > 0) parts.push_back(value);
  }
  if (parts.empty()) return call.result(empty(call, first->type, dims));
  if (parts.size() == 1) return call.result(parts[0]);
  call.result(call.op("Concat", parts,
                      {{"num_args", static_cast<std::int64_t>(parts.size())}, {"dim", axis}}));
}

void split(OpCall& call) {
  const Value x = call.tensor(0);
  const std::int64_t axis = call.axis_of(x, call.integer("axis", 0));
  const std::int64_t size = x->dims[static_cast<std::size_t>(axis)];
  const Ints sizes = call.has(1) ? call.constant_ints(1)
                                 : call.integers("split", lowering::equal_parts(call, size));
  std::int64_t from = 0;
  for (std::size_t i = 0; i < std::min(sizes.size(), call.output_count()); ++i) {
    if (sizes[i] < 0 || from + sizes[i] > size) call.invalid("its parts are larger than its input");
    call.result(part(call, x, axis, from, from + sizes[i]), i);
    from += sizes[i];
  }
}

constexpr Entry kEntries[] = {
    {"Identity", 1, identity},   {"Dropout", 1, dropout}, {"Reshape", 1, reshape},
    {"Transpose", 1, transpose}, {"Flatten", 1, flatten}, {"Squeeze", 1, squeeze},
    {"Unsqueeze", 1, unsqueeze}, {"Expand", 8, expand},   {"Concat", 1, concat},
    {"Split", 2, split},
};

}  // namespace

std::span<const Entry> movement() {
  return kEntries;
}

}  // namespace joulemark::mx::ops
