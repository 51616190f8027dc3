// SPDX-License-Identifier: Apache-2.0
// Slice, with steps in both directions.
#include "torch_kit/dtypes.h"
#include "torch_kit/ops/families.h"
#include "torch_kit/ops/indices.h"
#include "torch_kit/ops/sizes.h"

namespace joulemark::torch_kit::ops {
namespace {

/// What one axis is cut to.
struct Cut {
  JitValue* axis;
  JitValue* start;
  JitValue* end;
  JitValue* step;
};

/// `-1 - at`: the same place seen from the other end, as PyTorch clamps it and ONNX does.
JitValue* mirrored(OpCall& call, JitValue* at) {
  return call.call("aten::sub.int", {-1, at});
}

/// A step down is a step up through the reversed axis.
JitValue* cut_backwards(OpCall& call, JitValue* x, const Cut& cut, std::int64_t step) {
  JitValue* start = mirrored(call, cut.start);
  const auto known = known_int(call, start);
  if (!known || *known > 0) {
    // A start before the first element is the first element.
    JitValue* size = call.call("aten::size.int", {x, cut.axis});
    start = call.call("prim::min.int", {start, call.call("aten::sub.int", {size, 1})});
  }
  JitValue* reversed = call.call("aten::flip", {x, call.graph.int_list({cut.axis})});
  return call.call("aten::slice.Tensor",
                   {reversed, cut.axis, start, mirrored(call, cut.end), -step});
}

JitValue* clamp(OpCall& call, JitValue* value, JitValue* low, JitValue* high) {
  return call.call("prim::max.int", {call.call("prim::min.int", {value, high}), low});
}

/// Steps whose sign only a run knows: the positions are counted.
JitValue* cut_by_positions(OpCall& call, JitValue* x, const Cut& cut) {
  const auto op = [&](const char* name, tj::NamedValue a, tj::NamedValue b) {
    return call.call(name, {std::move(a), std::move(b)});
  };
  JitValue* size = call.call("aten::size.int", {x, cut.axis});
  JitValue* down = call.call("aten::Int.bool", {op("aten::lt.int", cut.step, 0)});
  const auto from_front = [&](JitValue* at) {
    JitValue* behind = call.call("aten::Int.bool", {op("aten::lt.int", at, 0)});
    return op("aten::add.int", at, op("aten::mul.int", behind, size));
  };
  JitValue* last = op("aten::sub.int", size, down);
  JitValue* start = clamp(call, from_front(cut.start), call.constant_value(0), last);
  JitValue* end = clamp(call, from_front(cut.end), call.call("aten::neg.int", {down}), last);
  JitValue* steps = op("aten::floordiv.int", op("aten::sub.int", start, end), cut.step);
  JitValue* count = op("prim::max.int", call.call("aten::neg.int", {steps}), 0);
  JitValue* positions = counted(call, count);
  positions = call.call("aten::mul.Scalar", {positions, cut.step});
  positions = call.call("aten::add.Scalar", {positions, start, 1});
  // The axis may be known to a run only, which indexing cannot take.
  x = call.call("aten::movedim.int", {x, cut.axis, 0});
  x = call.call("aten::index.Tensor", {x, call.graph.optional_tensor_list({positions})});
  return call.call("aten::movedim.int", {x, 0, cut.axis});
}

JitValue* cut_axis(OpCall& call, JitValue* x, const Cut& cut) {
  const auto step = known_int(call, cut.step);
  if (step && *step == 0) call.invalid("its step is 0");
  const auto example = call.graph.example(x);
  const bool flips = !example || !lacks_arithmetic(example->scalar_type());
  if (!step || (*step < 0 && !flips)) return cut_by_positions(call, x, cut);
  if (*step < 0) return cut_backwards(call, x, cut, *step);
  if (*step == 1 && known_int(call, cut.start) == 0 && known_int(call, cut.end) == kToTheEnd)
    return x;
  return call.call("aten::slice.Tensor", {x, cut.axis, cut.start, cut.end, *step});
}

/// An attribute before opset 10, an input since then.
std::vector<JitValue*> slice_part(OpCall& call, std::size_t i, const char* name) {
  if (call.opset() >= 10) return call.has(i) ? call.int_elements(i) : std::vector<JitValue*>{};
  std::vector<JitValue*> values;
  for (const std::int64_t value : call.integers(name, {}))
    values.push_back(call.constant_value(value));
  return values;
}

void slice(OpCall& call) {
  JitValue* x = call.tensor(0);
  const std::vector<JitValue*> starts = slice_part(call, 1, "starts");
  const std::vector<JitValue*> ends = slice_part(call, 2, "ends");
  std::vector<JitValue*> axes = slice_part(call, 3, "axes");
  std::vector<JitValue*> steps = slice_part(call, 4, "steps");
  for (std::size_t i = axes.size(); axes.size() < starts.size() && !call.has(3); ++i)
    axes.push_back(call.constant_value(static_cast<std::int64_t>(i)));
  if (steps.empty()) steps.assign(starts.size(), call.constant_value(1));
  if (ends.size() != starts.size() || axes.size() != starts.size() || steps.size() != starts.size())
    call.invalid("starts, ends, axes and steps are not equally many");
  for (std::size_t i = 0; i < starts.size(); ++i)
    x = cut_axis(call, x, {axes[i], starts[i], ends[i], steps[i]});
  give_moved(call, x);
}

constexpr Entry kEntries[] = {
    {"Slice", 1, slice},
};

}  // namespace

std::span<const Entry> slicing() {
  return kEntries;
}

}  // namespace joulemark::torch_kit::ops
