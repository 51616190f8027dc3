// SPDX-License-Identifier: Apache-2.0
// Elements around a value, or taken away from its edges.
#include <algorithm>
#include <cmath>

#include "mxnet/ops/families.h"
#include "mxnet/ops/values.h"

namespace joulemark::mx::ops {
namespace {

/// Two numbers for each axis: all those before, then all those behind.
Ints all_pads(OpCall& call, const Value& x) {
  const std::size_t rank = x->dims.size();
  const Ints given = call.opset() >= 11 ? call.constant_ints(1) : call.integers("pads", {});
  if (!call.has(3) || call.opset() < 11) {
    if (given.size() != 2 * rank) call.invalid("pads must be two numbers for every axis");
    return given;
  }
  const Ints axes = call.constant_ints(3);
  if (given.size() != 2 * axes.size()) call.invalid("pads must be two numbers for every axis");
  Ints all(2 * rank, 0);
  for (std::size_t i = 0; i < axes.size(); ++i) {
    const auto axis = static_cast<std::size_t>(call.axis_of(x, axes[i]));
    all[axis] = given[i];
    all[rank + axis] = given[axes.size() + i];
  }
  return all;
}

/// What the new elements of an axis of `size` are, `place` counted from its first element.
using Source = std::int64_t (*)(std::int64_t place, std::int64_t size);

std::int64_t edge(std::int64_t place, std::int64_t size) {
  return std::clamp<std::int64_t>(place, 0, size - 1);
}
std::int64_t wrapped(std::int64_t place, std::int64_t size) {
  return (place % size + size) % size;
}
/// To and fro, without the edge twice.
std::int64_t reflected(std::int64_t place, std::int64_t size) {
  if (size == 1) return 0;
  const std::int64_t there = wrapped(place, 2 * size - 2);
  return there < size ? there : 2 * size - 2 - there;
}

Source source_of(OpCall& call, const std::string& mode) {
  if (mode == "edge") return edge;
  if (mode == "reflect") return reflected;
  if (mode == "wrap") return wrapped;
  call.unsupported("padding by '" + mode + "'");
}

/// What is known of each new element must fit in memory.
constexpr std::int64_t kMostAround = 1 << 24;

Value padded_by_own(OpCall& call, Value x, const Ints& pads, Source source) {
  const std::size_t rank = x->dims.size();
  for (std::size_t axis = 0; axis < rank; ++axis) {
    const std::int64_t size = x->dims[axis];
    if (pads[axis] == 0 && pads[rank + axis] == 0) continue;
    if (size == 0) call.invalid("an axis without elements has none to pad with");
    if (std::max(pads[axis], pads[rank + axis]) > kMostAround) call.unsupported("pads that large");
    Ints places;
    for (std::int64_t i = -pads[axis]; i < size + pads[rank + axis]; ++i)
      places.push_back(source(i, size));
    x = picked(call, x, axis, places);
  }
  return x;
}

/// Negative pads take away; what stays to be added.
Value cropped(OpCall& call, Value x, Ints& pads) {
  const std::size_t rank = x->dims.size();
  for (std::size_t axis = 0; axis < rank; ++axis) {
    std::int64_t& before = pads[axis];
    std::int64_t& behind = pads[rank + axis];
    const std::int64_t size = x->dims[axis];
    const std::int64_t from = std::min(std::max<std::int64_t>(-before, 0), size);
    const std::int64_t to = std::max(size - std::max<std::int64_t>(-behind, 0), from);
    x = part(call, x, static_cast<std::int64_t>(axis), from, to);
    before = std::max<std::int64_t>(before, 0);
    behind = std::max<std::int64_t>(behind, 0);
  }
  return x;
}

/// Around zeros where `x` will be.
Value with_value(OpCall& call, const Value& x, const Ints& begin, const Ints& end,
                 const Value& value) {
  const Value ones = call.broadcast(call.scalar(1, kFloat), x->dims);
  const Value inside = padded(call, ones, begin, end, 0);
  const Value one = call.cast(call.reshape(value, {}), x->type);
  return call.op("_npi_where", {inside, padded(call, x, begin, end, 0), one});
}

Value padded_by_value(OpCall& call, Value x, Ints pads) {
  x = cropped(call, x, pads);
  const auto middle = pads.begin() + static_cast<std::ptrdiff_t>(x->dims.size());
  const Ints begin(pads.begin(), middle);
  const Ints end(middle, pads.end());
  Ints dims = x->dims;
  for (std::size_t i = 0; i < dims.size(); ++i) dims[i] += begin[i] + end[i];
  if (call.opset() < 11) return padded(call, x, begin, end, call.real("value", 0));
  if (!call.has(2)) return padded(call, x, begin, end, 0);
  const Value value = call.tensor(2);
  const auto number = known_number(call, value);
  if (number && std::isfinite(*number)) return padded(call, x, begin, end, *number);
  return with_value(call, x, begin, end, value);
}

void pad(OpCall& call) {
  const Value x = call.tensor(0);
  const std::string mode = call.text("mode", "constant");
  const Ints pads = all_pads(call, x);
  call.result(mode == "constant" ? padded_by_value(call, x, pads)
                                 : padded_by_own(call, x, pads, source_of(call, mode)));
}

constexpr Entry kEntries[] = {
    {"Pad", 2, pad},
};

}  // namespace

std::span<const Entry> padding() {
  return kEntries;
}

}  // namespace joulemark::mx::ops
