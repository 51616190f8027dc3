// SPDX-License-Identifier: Apache-2.0
// Reductions over axes.
#include "tensorflow/dtypes.h"
#include "tensorflow/ops/families.h"
#include "tensorflow/ops/values.h"

namespace joulemark::tf::ops {
namespace {

/// What a node reduces over, and what becomes of it.
struct Axes {
  Value list;
  bool keep;
};

std::optional<Value> given(OpCall& call) {
  if (call.has(1)) {
    const auto known = call.known_ints(1);
    const bool none = call.graph.dims(call.tensor(1)) == Ints{0};
    if (none || (known && known->empty())) return std::nullopt;
    if (!known) return call.tensor(1);
    return call.ints(*known);
  }
  const Ints axes = call.integers("axes", {});
  return axes.empty() ? std::nullopt : std::optional(call.ints(axes));
}

Value over(OpCall& call, const char* op, Value x, const Axes& axes) {
  return call.op(op, {x, axes.list}, {{"keep_dims", axes.keep}});
}

using Reduction = Value (*)(OpCall&, Value, const Axes&);
using Unreduced = Value (*)(OpCall&, Value);

/// `reduce` over axes, and what stays to be done over `none` at all.
template <Reduction reduce, Unreduced none>
void reduce_by(OpCall& call) {
  const Value x = call.tensor(0);
  auto axes = given(call);
  if (!axes && call.integer("noop_with_empty_axes", 0) != 0) return call.result(none(call, x));
  if (!axes) axes = call.ints(iota(call.rank_of(x)));
  call.result(reduce(call, x, {*axes, call.integer("keepdims", 1) != 0}));
}

Value unchanged(OpCall& /*call*/, Value x) {
  return x;
}
Value absolute(OpCall& call, Value x) {
  return call.op("Abs", {x});
}
Value square(OpCall& call, Value x) {
  return call.op("Mul", {x, x});
}

/// Integers in double, and back, for functions of real numbers.
Value as_real(OpCall& call, Value x) {
  return is_floating(call.graph.type(x)) ? x : call.cast(x, kDouble);
}
Value back(OpCall& call, Value value, Value like) {
  return call.cast(value, call.graph.type(like));
}

Value sum(OpCall& call, Value x, const Axes& axes) {
  return over(call, "Sum", x, axes);
}
Value mean(OpCall& call, Value x, const Axes& axes) {
  return over(call, "Mean", x, axes);
}
Value product(OpCall& call, Value x, const Axes& axes) {
  return over(call, "Prod", x, axes);
}

/// Of truth values: any, all.
Value maximum(OpCall& call, Value x, const Axes& axes) {
  return over(call, call.graph.type(x) == kBool ? "Any" : "Max", x, axes);
}
Value minimum(OpCall& call, Value x, const Axes& axes) {
  return over(call, call.graph.type(x) == kBool ? "All" : "Min", x, axes);
}

Value l1(OpCall& call, Value x, const Axes& axes) {
  return sum(call, absolute(call, x), axes);
}
Value sum_square(OpCall& call, Value x, const Axes& axes) {
  return sum(call, square(call, x), axes);
}
Value l2(OpCall& call, Value x, const Axes& axes) {
  return back(call, call.op("Sqrt", {sum_square(call, as_real(call, x), axes)}), x);
}
Value logarithm(OpCall& call, Value x) {
  return back(call, call.op("Log", {as_real(call, x)}), x);
}
Value log_sum(OpCall& call, Value x, const Axes& axes) {
  return back(call, call.op("Log", {sum(call, as_real(call, x), axes)}), x);
}

/// From the greatest element on, so that nothing overflows.
Value log_sum_exp(OpCall& call, Value x, const Axes& axes) {
  const Value real = as_real(call, x);
  const Value most = maximum(call, real, {axes.list, true});
  const Value finite = call.op(
      "SelectV2", {call.op("IsFinite", {most}), most, call.scalar(0, call.graph.type(most))});
  const Value sums = sum(call, call.op("Exp", {call.op("Sub", {real, finite})}), axes);
  const Value base =
      axes.keep ? finite : call.reshape(finite, call.op("Shape", {sums}, {{"out_type", kInt64}}));
  return back(call, call.op("AddV2", {call.op("Log", {sums}), base}), x);
}

constexpr Entry kEntries[] = {
    {"ReduceSum", 1, reduce_by<sum, unchanged>, Types::kWidened},
    {"ReduceMean", 1, reduce_by<mean, unchanged>, Types::kWidened},
    {"ReduceMax", 1, reduce_by<maximum, unchanged>},
    {"ReduceMin", 1, reduce_by<minimum, unchanged>},
    {"ReduceProd", 1, reduce_by<product, unchanged>, Types::kWidened},
    {"ReduceL1", 1, reduce_by<l1, absolute>, Types::kWidened},
    {"ReduceL2", 1, reduce_by<l2, absolute>, Types::kWidened},
    {"ReduceLogSum", 1, reduce_by<log_sum, logarithm>, Types::kWidened},
    {"ReduceLogSumExp", 1, reduce_by<log_sum_exp, unchanged>, Types::kWidened},
    {"ReduceSumSquare", 1, reduce_by<sum_square, square>, Types::kWidened},
};

}  // namespace

std::span<const Entry> reduce() {
  return kEntries;
}

}  // namespace joulemark::tf::ops
