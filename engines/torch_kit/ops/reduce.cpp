// SPDX-License-Identifier: Apache-2.0
// Reductions over axes.
#include <limits>

#include "torch_kit/ops/families.h"
#include "torch_kit/ops/order.h"

namespace joulemark::torch_kit::ops {
namespace {

/// The axes that a node reduces over, and what becomes of them.
struct Axes {
  std::vector<JitValue*> each;  ///< ints of the graph, at least one unless x has rank 0
  JitValue* list;               ///< the same as int[]
  bool keep;
  std::int64_t rank;  ///< of the result
};

/// Empty: all axes, or none where the node says so.
std::vector<JitValue*> given_axes(OpCall& call) {
  if (call.has(1)) return call.int_elements(1);
  std::vector<JitValue*> axes;
  for (const std::int64_t axis : call.integers("axes", {}))
    axes.push_back(call.constant_value(axis));
  return axes;
}

Axes all_or(OpCall& call, std::vector<JitValue*> given) {
  const std::int64_t rank = call.rank_of(call.tensor(0));
  Axes axes{std::move(given), nullptr, call.integer("keepdims", 1) != 0, rank};
  if (axes.each.empty())
    for (std::int64_t axis = 0; axis < rank; ++axis) axes.each.push_back(call.constant_value(axis));
  axes.list = call.graph.int_list(axes.each);
  if (!axes.keep) axes.rank -= std::min(rank, static_cast<std::int64_t>(axes.each.size()));
  return axes;
}

/// `over` axes, and what stays to be done over `none` at all.
template <JitValue* (*over)(OpCall&, JitValue*, const Axes&), JitValue* (*none)(OpCall&, JitValue*)>
void reduce_by(OpCall& call) {
  JitValue* x = call.tensor(0);
  std::vector<JitValue*> given = given_axes(call);
  if (given.empty() && call.integer("noop_with_empty_axes", 0) != 0)
    return call.result(none(call, x));
  const Axes axes = all_or(call, std::move(given));
  const at::ScalarType type = call.type_of(x);
  JitValue* reduced = call.graph.declare(over(call, x, axes), type, axes.rank);
  call.result(reduced);
}

JitValue* unchanged(OpCall& /*call*/, JitValue* x) {
  return x;
}

bool is_real(OpCall& call, JitValue* x) {
  return at::isFloatingType(call.type_of(x));
}

/// Integers in double, for functions that PyTorch has for floating types alone.
JitValue* as_real(OpCall& call, JitValue* x) {
  return is_real(call, x) ? x : call.cast(x, at::kDouble);
}

/// PyTorch's sums of integers are int64 unless it is told otherwise.
JitValue* sum(OpCall& call, JitValue* x, const Axes& axes) {
  const c10::IValue type = is_real(call, x) ? c10::IValue() : c10::IValue(call.type_of(x));
  return call.call("aten::sum.dim_IntList", {x, axes.list, axes.keep, type});
}

JitValue* mean(OpCall& call, JitValue* x, const Axes& axes) {
  if (is_real(call, x))
    return call.call("aten::mean.dim", {x, axes.list, axes.keep, c10::IValue()});
  JitValue* real = call.call("aten::mean.dim", {x, axes.list, axes.keep, at::kDouble});
  return call.call("aten::to.dtype", {real, call.type_of(x), false, false, c10::IValue()});
}

/// The product over one axis at a time: PyTorch has no other.
JitValue* product(OpCall& call, JitValue* x, const Axes& axes) {
  const at::ScalarType type = call.type_of(x);
  if (axes.each.empty()) return x;
  if (axes.each.size() == 1)
    return call.call("aten::prod.dim_int", {x, axes.each.front(), axes.keep, type});
  for (JitValue* axis : axes.each) x = call.call("aten::prod.dim_int", {x, axis, true, type});
  return axes.keep ? x : call.call("aten::squeeze.dims", {x, axes.list});
}

c10::Scalar least(at::ScalarType type) {
  switch (type) {
    case at::kBool:
      return false;
    case at::kByte:
      return 0;
    case at::kChar:
      return std::numeric_limits<std::int8_t>::min();
    case at::kShort:
      return std::numeric_limits<std::int16_t>::min();
    case at::kInt:
      return std::numeric_limits<std::int32_t>::min();
    case at::kLong:
      return std::numeric_limits<std::int64_t>::min();
    default:
      return -std::numeric_limits<double>::infinity();
  }
}

c10::Scalar greatest(at::ScalarType type) {
  switch (type) {
    case at::kBool:
      return true;
    case at::kByte:
      return std::numeric_limits<std::uint8_t>::max();
    case at::kChar:
      return std::numeric_limits<std::int8_t>::max();
    case at::kShort:
      return std::numeric_limits<std::int16_t>::max();
    case at::kInt:
      return std::numeric_limits<std::int32_t>::max();
    case at::kLong:
      return std::numeric_limits<std::int64_t>::max();
    default:
      return std::numeric_limits<double>::infinity();
  }
}

/// Whether the model fixes that there is no element.
bool is_empty(OpCall& call, JitValue* x) {
  const Fact* known = call.graph.fact(x);
  return known != nullptr && known->exact && known->example.toTensor().numel() == 0;
}

/// PyTorch refuses the extremes of nothing, for which ONNX names a value.
JitValue* of_nothing(OpCall& call, JitValue* x, const Axes& axes, const c10::Scalar& value) {
  const at::ScalarType type = call.type_of(x);
  JitValue* shaped = call.call("aten::sum.dim_IntList", {x, axes.list, axes.keep, type});
  return call.call("aten::where.ScalarSelf",
                   {call.call("aten::eq.Tensor", {shaped, shaped}), value, shaped});
}

JitValue* extreme(OpCall& call, const char* op, JitValue* x, const Axes& axes) {
  const jm_dtype dtype = call.dtype(0);
  JitValue* found = call.call(op, {in_order(call, x, dtype), axes.list, axes.keep});
  return in_order(call, found, dtype);
}

JitValue* maximum(OpCall& call, JitValue* x, const Axes& axes) {
  if (is_empty(call, x)) return of_nothing(call, x, axes, least(call.type_of(x)));
  return extreme(call, "aten::amax", x, axes);
}

JitValue* minimum(OpCall& call, JitValue* x, const Axes& axes) {
  if (is_empty(call, x)) return of_nothing(call, x, axes, greatest(call.type_of(x)));
  return extreme(call, "aten::amin", x, axes);
}

JitValue* absolute(OpCall& call, JitValue* x) {
  return call.call("aten::abs", {x});
}

JitValue* l1(OpCall& call, JitValue* x, const Axes& axes) {
  if (!is_real(call, x)) return sum(call, absolute(call, x), axes);
  return call.call("aten::linalg_vector_norm", {x, 1, axes.list, axes.keep, c10::IValue()});
}

/// Back to the type of `like` from what was computed in another.
JitValue* back(OpCall& call, JitValue* value, JitValue* like) {
  if (is_real(call, like)) return value;
  return call.call("aten::to.dtype", {value, call.type_of(like), false, false, c10::IValue()});
}

JitValue* l2(OpCall& call, JitValue* x, const Axes& axes) {
  JitValue* norm = call.call("aten::linalg_vector_norm",
                             {as_real(call, x), 2, axes.list, axes.keep, c10::IValue()});
  return back(call, norm, x);
}

JitValue* logarithm(OpCall& call, JitValue* x) {
  return back(call, call.call("aten::log", {as_real(call, x)}), x);
}

JitValue* log_sum(OpCall& call, JitValue* x, const Axes& axes) {
  JitValue* total = sum(call, as_real(call, x), axes);
  return back(call, call.call("aten::log", {total}), x);
}

JitValue* log_sum_exp(OpCall& call, JitValue* x, const Axes& axes) {
  return back(call, call.call("aten::logsumexp", {as_real(call, x), axes.list, axes.keep}), x);
}

JitValue* square(OpCall& call, JitValue* x) {
  return call.call("aten::mul.Tensor", {x, x});
}

JitValue* sum_square(OpCall& call, JitValue* x, const Axes& axes) {
  return sum(call, square(call, x), axes);
}

constexpr Entry kEntries[] = {
    {"ReduceSum", 1, reduce_by<sum, unchanged>, Types::kWidened},
    {"ReduceMean", 1, reduce_by<mean, unchanged>, Types::kWidened},
    {"ReduceMax", 1, reduce_by<maximum, unchanged>, Types::kWidened},
    {"ReduceMin", 1, reduce_by<minimum, unchanged>, Types::kWidened},
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

}  // namespace joulemark::torch_kit::ops
