// SPDX-License-Identifier: Apache-2.0
// Reductions over axes.
#include <algorithm>
#include <cmath>
#include <limits>

#include "mxnet/dtypes.h"
#include "mxnet/ops/families.h"
#include "mxnet/ops/values.h"

namespace joulemark::mx::ops {
namespace {

/// What a node reduces over, and what becomes of it.
struct Axes {
  Ints list;
  bool keep;
};

Ints read_axes(OpCall& call, const Value& x) {
  Ints axes = call.has(1) ? call.constant_ints(1) : call.integers("axes", {});
  for (std::int64_t& axis : axes) axis = call.axis_of(x, axis);
  std::ranges::sort(axes);
  return axes;
}

Value over(OpCall& call, const char* op, const Value& x, const Axes& axes) {
  return call.cast(call.op(op, {x}, {{"axis", axes.list}, {"keepdims", axes.keep}}), x->type);
}

using Reduction = Value (*)(OpCall&, const Value&, const Axes&);
using Unreduced = Value (*)(OpCall&, const Value&);

/// What a reduction of no elements gives.
enum class Nothing { kZero, kOne, kLeast, kGreatest, kNone };

double number_of(Nothing nothing) {
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  switch (nothing) {
    case Nothing::kZero:
      return 0;
    case Nothing::kOne:
      return 1;
    case Nothing::kLeast:
      return -kInfinity;
    case Nothing::kGreatest:
      return kInfinity;
    case Nothing::kNone:
      break;
  }
  return std::numeric_limits<double>::quiet_NaN();
}

void give_nothing(OpCall& call, const Value& x, const Axes& axes, Nothing nothing) {
  const double number = number_of(nothing);
  if (!is_floating(x->type) && !std::isfinite(number))
    call.unsupported("a reduction of no integers");
  Ints dims;
  for (std::size_t i = 0; i < x->dims.size(); ++i) {
    const bool reduced =
        std::ranges::find(axes.list, static_cast<std::int64_t>(i)) != axes.list.end();
    if (!reduced || axes.keep) dims.push_back(reduced ? 1 : x->dims[i]);
  }
  if (size_of(dims) == 0) return call.result(empty(call, x->type, dims));
  call.result(call.broadcast(call.scalar(number, x->type), dims));
}

/// `reduce` over axes, and what stays to be done over `none` at all. Integers by way of double.
template <Reduction reduce, Unreduced none, Nothing nothing_left>
void reduce_by(OpCall& call) {
  const Value given = call.tensor(0);
  const Value x = is_floating(given->type) ? given : call.cast(given, kDouble);
  Ints axes = read_axes(call, x);
  const bool nothing = axes.empty() && call.integer("noop_with_empty_axes", 0) != 0;
  if (axes.empty()) axes = iota(static_cast<std::int64_t>(x->dims.size()));
  const bool keep = call.integer("keepdims", 1) != 0;
  if (size_of(x->dims) == 0)
    return give_nothing(call, given, {nothing ? Ints{} : axes, keep}, nothing_left);
  const Value y = nothing || axes.empty() ? none(call, x) : reduce(call, x, {axes, keep});
  call.result(call.cast(y, given->type));
}

Value unchanged(OpCall& /*call*/, const Value& x) {
  return x;
}
Value absolute(OpCall& call, const Value& x) {
  return call.op("_npi_absolute", {x});
}
Value square(OpCall& call, const Value& x) {
  return call.op("_npi_square", {x});
}
Value logarithm(OpCall& call, const Value& x) {
  return call.op("_npi_log", {x});
}

Value sum(OpCall& call, const Value& x, const Axes& axes) {
  return over(call, "_np_sum", x, axes);
}
Value mean(OpCall& call, const Value& x, const Axes& axes) {
  return over(call, "_npi_mean", x, axes);
}
Value maximum(OpCall& call, const Value& x, const Axes& axes) {
  return over(call, "_np_max", x, axes);
}
Value minimum(OpCall& call, const Value& x, const Axes& axes) {
  return over(call, "_np_min", x, axes);
}
Value product(OpCall& call, const Value& x, const Axes& axes) {
  return over(call, "_np_prod", x, axes);
}
Value l1(OpCall& call, const Value& x, const Axes& axes) {
  return sum(call, absolute(call, x), axes);
}
Value sum_square(OpCall& call, const Value& x, const Axes& axes) {
  return sum(call, square(call, x), axes);
}
Value l2(OpCall& call, const Value& x, const Axes& axes) {
  return call.op("_npi_sqrt", {sum_square(call, x, axes)});
}
Value log_sum(OpCall& call, const Value& x, const Axes& axes) {
  return logarithm(call, sum(call, x, axes));
}

/// From the greatest element on, so that nothing overflows.
Value log_sum_exp(OpCall& call, const Value& x, const Axes& axes) {
  const Value most = maximum(call, x, {axes.list, true});
  const Value powers = call.op("_npi_exp", {call.op("_npi_subtract", {x, most})});
  const Value logs = logarithm(call, sum(call, powers, axes));
  return call.op("_npi_add", {logs, call.reshape(most, logs->dims)});
}

constexpr Entry kEntries[] = {
    {"ReduceSum", 1, reduce_by<sum, unchanged, Nothing::kZero>},
    {"ReduceMean", 1, reduce_by<mean, unchanged, Nothing::kNone>},
    {"ReduceMax", 1, reduce_by<maximum, unchanged, Nothing::kLeast>},
    {"ReduceMin", 1, reduce_by<minimum, unchanged, Nothing::kGreatest>},
    {"ReduceProd", 1, reduce_by<product, unchanged, Nothing::kOne>},
    {"ReduceL1", 1, reduce_by<l1, absolute, Nothing::kZero>},
    {"ReduceL2", 1, reduce_by<l2, absolute, Nothing::kZero>},
    {"ReduceLogSum", 1, reduce_by<log_sum, logarithm, Nothing::kLeast>},
    {"ReduceLogSumExp", 1, reduce_by<log_sum_exp, unchanged, Nothing::kLeast>},
    {"ReduceSumSquare", 1, reduce_by<sum_square, square, Nothing::kZero>},
};

}  // namespace

std::span<const Entry> reduce() {
  return kEntries;
}

}  // namespace joulemark::mx::ops
