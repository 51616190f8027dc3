// SPDX-License-Identifier: Apache-2.0
// Along one axis: largest and smallest elements, cumulative sums and products.
#include "torch_kit/ops/direct.h"
#include "torch_kit/ops/families.h"
#include "torch_kit/ops/order.h"

namespace joulemark::torch_kit::ops {
namespace {

/// Positions are int64 whatever the input was widened from.
void give_positions(OpCall& call, JitValue* positions, std::size_t output) {
  call.result(Operand{JM_INT64, positions, {}, {}}, output);
}

/// PyTorch gives the first of equal elements; the last one is the first from the end.
template <AtenName op>
void arg_extreme(OpCall& call) {
  JitValue* x = in_order(call, call.tensor(0), call.dtype(0));
  const std::int64_t axis = call.axis_of(x, call.integer("axis", 0));
  const bool keep = call.integer("keepdims", 1) != 0;
  if (call.integer("select_last_index", 0) == 0)
    return give_positions(call, call.call(op.text, {x, axis, keep}), 0);
  JitValue* turned = call.call("aten::flip", {x, Ints{axis}});
  JitValue* from_end = call.call(op.text, {turned, axis, keep});
  JitValue* last = call.call("aten::sub.int", {call.size(x, axis), 1});
  give_positions(call, call.call("aten::rsub.Scalar", {from_end, last}), 0);
}

/// What cumulative operators differ in.
struct Cumulative {
  const char* op;
  const char* neutral;  ///< makes a tensor of what stands before the first element
};
constexpr Cumulative kSums{"aten::cumsum", "aten::zeros_like"};
constexpr Cumulative kProducts{"aten::cumprod", "aten::ones_like"};

/// `running` one place later along the axis, with the neutral element in front.
JitValue* delayed(OpCall& call, const Cumulative& kind, JitValue* running, JitValue* axis) {
  const c10::IValue none;
  JitValue* one = call.call("aten::slice.Tensor", {running, axis, 0, 1, 1});
  JitValue* first = call.call(kind.neutral, {one, none, none, none, none, none});
  JitValue* others = call.call("aten::slice.Tensor", {running, axis, 0, -1, 1});
  return call.call("aten::cat", {call.graph.tensor_list({first, others}), axis});
}

template <const Cumulative& kind>
void cumulative(OpCall& call) {
  JitValue* x = call.tensor(0);
  const at::ScalarType type = call.type_of(x);
  const std::int64_t rank = call.rank_of(x);
  JitValue* axis = call.number(1);
  const bool reverse = call.integer("reverse", 0) != 0;
  JitValue* turning = reverse ? call.graph.int_list({axis}) : nullptr;
  if (reverse) x = call.call("aten::flip", {x, turning});
  JitValue* running = call.graph.declare(call.call(kind.op, {x, axis, type}), type, rank);
  if (call.integer("exclusive", 0) != 0)
    running = call.graph.declare(delayed(call, kind, running, axis), type, rank);
  if (reverse) running = call.call("aten::flip", {running, turning});
  call.result(running);
}

/// How many: an input since opset 10, an attribute before.
JitValue* count_of(OpCall& call) {
  if (call.opset() >= 10) return call.number(1);
  return call.constant_value(call.integer("k", 1));
}

/// Of equal elements the one with the lower index comes first, which PyTorch's topk does not
/// promise: it serves where nobody asks for indices.
std::vector<JitValue*> largest_elements(OpCall& call, JitValue* x, std::int64_t axis) {
  JitValue* count = count_of(call);
  const bool largest = call.integer("largest", 1) != 0;
  if (!call.wants(1)) return call.graph.call_all("aten::topk", {x, count, axis, largest, true});
  std::vector<JitValue*> both = call.graph.call_all("aten::sort.stable", {x, true, axis, largest});
  for (JitValue*& part : both) part = call.call("aten::narrow", {part, axis, 0, count});
  return both;
}

void top_k(OpCall& call) {
  JitValue* x = in_order(call, call.tensor(0), call.dtype(0));
  const std::int64_t axis = call.axis_of(x, call.integer("axis", -1));
  const std::vector<JitValue*> both = largest_elements(call, x, axis);
  const std::int64_t rank = call.rank_of(x);
  JitValue* values = call.graph.declare(both[0], call.type_of(x), rank);
  call.result(in_order(call, values, call.dtype(0)));
  give_positions(call, call.graph.declare(both[1], at::kLong, rank), 1);
}

constexpr Entry kEntries[] = {
    {"ArgMax", 1, arg_extreme<"aten::argmax">, Types::kWidened},
    {"ArgMin", 1, arg_extreme<"aten::argmin">, Types::kWidened},
    {"CumSum", 11, cumulative<kSums>, Types::kWidened},
    {"CumProd", 26, cumulative<kProducts>, Types::kWidened},
    {"TopK", 1, top_k, Types::kWidened},
};

}  // namespace

std::span<const Entry> ordering() {
  return kEntries;
}

}  // namespace joulemark::torch_kit::ops
