// SPDX-License-Identifier: Apache-2.0
// Elements found by their values: the sizes of the results are known to a run only.
#include "torch_kit/dtypes.h"
#include "torch_kit/ops/families.h"
#include "torch_kit/ops/indices.h"
#include "torch_kit/ops/sizes.h"

namespace joulemark::torch_kit::ops {
namespace {

void non_zero(OpCall& call) {
  JitValue* x = call.tensor(0);
  const at::ScalarType type = call.type_of(x);
  x = call.call("aten::atleast_1d", {x});
  if (lacks_arithmetic(type)) x = call.cast(x, at::kBool);
  JitValue* positions = call.graph.declare(call.call("aten::nonzero", {x}), at::kLong, 2);
  call.result(call.call("aten::t", {positions}));
}

/// The condition may be shorter than the axis.
void compress(OpCall& call) {
  JitValue* x = call.tensor(0);
  if (!call.has_attribute("axis")) x = call.call("aten::reshape", {x, Ints{-1}});
  const std::int64_t axis = call.axis_of(x, call.integer("axis", 0));
  JitValue* kept = call.call("aten::nonzero", {call.tensor(1)});
  kept = call.call("aten::reshape", {kept, Ints{-1}});
  give_moved(call, picked(call, x, axis, kept));
}

struct UniqueParts {
  JitValue* values;
  JitValue* inverse;
  JitValue* counts;
  JitValue* first = nullptr;  ///< where each value stands first
};

/// `positions` of x's elements, the smallest of each value.
JitValue* first_positions(OpCall& call, const UniqueParts& parts) {
  JitValue* inverse = call.call("aten::reshape", {parts.inverse, Ints{-1}});
  JitValue* positions = counted(call, call.call("aten::numel", {inverse}));
  JitValue* nothing = call.call("aten::zeros_like", {parts.counts, c10::IValue(), c10::IValue(),
                                                     c10::IValue(), c10::IValue(), c10::IValue()});
  return call.call("aten::scatter_reduce.two",
                   {nothing, 0, inverse, positions, std::string("amin"), false});
}

/// Values in the order in which they stand in x.
void by_appearance(OpCall& call, UniqueParts& parts, std::int64_t axis) {
  JitValue* order = call.call("aten::argsort", {parts.first, 0, false});
  const auto ordered = [&](JitValue* value, std::int64_t along) {
    return call.call("aten::index_select", {value, along, order});
  };
  JitValue* ranks = call.call("aten::argsort", {order, 0, false});
  parts.values = ordered(parts.values, axis);
  parts.first = ordered(parts.first, 0);
  parts.counts = ordered(parts.counts, 0);
  parts.inverse = call.call("aten::index_select", {ranks, 0, parts.inverse});
}

void unique(OpCall& call) {
  JitValue* x = call.tensor(0);
  const at::ScalarType given = call.type_of(x);
  const at::ScalarType type = arithmetic_type(given);
  x = call.cast(x, type);
  std::int64_t rank = call.rank_of(x);
  std::int64_t axis = 0;
  std::vector<JitValue*> found;
  if (call.has_attribute("axis")) {
    axis = call.axis_of(x, call.integer("axis", 0));
    found = call.graph.call_all("aten::unique_dim", {x, axis, true, true, true});
  } else {
    rank = 1;
    found = call.graph.call_all("aten::_unique2", {x, true, true, true});
    found[1] = call.call("aten::reshape", {found[1], Ints{-1}});
  }
  UniqueParts parts{call.graph.declare(found[0], type, rank),
                    call.graph.declare(found[1], at::kLong, 1),
                    call.graph.declare(found[2], at::kLong, 1)};
  parts.first = call.graph.declare(first_positions(call, parts), at::kLong, 1);
  if (call.integer("sorted", 1) == 0) by_appearance(call, parts, axis);
  give_moved(call, call.cast(parts.values, given));
  call.result(parts.first, 1);
  call.result(parts.inverse, 2);
  call.result(parts.counts, 3);
}

constexpr Entry kEntries[] = {
    {"NonZero", 9, non_zero},
    {"Compress", 9, compress},
    {"Unique", 11, unique},
};

}  // namespace

std::span<const Entry> searching() {
  return kEntries;
}

}  // namespace joulemark::torch_kit::ops
