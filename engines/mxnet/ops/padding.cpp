// SPDX-License-Identifier: Apache-2.0
// Elements around a value.
#include <algorithm>

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

double pad_value(OpCall& call) {
  if (call.opset() < 11) return call.real("value", 0);
  if (!call.has(2)) return 0;
  const auto number = known_number(call, call.tensor(2));
  if (!number) call.unsupported("a padding value that depends on an input");
  return *number;
}

void pad(OpCall& call) {
  const Value x = call.tensor(0);
  if (call.text("mode", "constant") != "constant")
    call.unsupported("padding by elements of the input");
  const Ints pads = all_pads(call, x);
  if (std::ranges::any_of(pads, [](std::int64_t size) { return size < 0; }))
    call.unsupported("negative pads");
  const auto middle = pads.begin() + static_cast<std::ptrdiff_t>(x->dims.size());
  call.result(padded(call, x, {pads.begin(), middle}, {middle, pads.end()}, pad_value(call)));
}

constexpr Entry kEntries[] = {
    {"Pad", 2, pad},
};

}  // namespace

std::span<const Entry> padding() {
  return kEntries;
}

}  // namespace joulemark::mx::ops
