// SPDX-License-Identifier: Apache-2.0
#include "torch_kit/ops/window.h"

namespace joulemark::torch_kit::ops {
namespace {

/// (kernel - 1) · dilation + 1.
JitValue* reach_of(OpCall& call, JitValue* kernel, std::int64_t dilation) {
  JitValue* steps = sub(call, kernel, int_constant(call, 1));
  return add(call, mul(call, steps, int_constant(call, dilation)), int_constant(call, 1));
}

/// All padding of an axis, so that there are ceil(size / stride) windows.
JitValue* same_total(OpCall& call, JitValue* size, JitValue* reach, std::int64_t stride) {
  JitValue* one = int_constant(call, 1);
  if (stride == 1) return sub(call, reach, one);
  JitValue* step = int_constant(call, stride);
  JitValue* before_last = floor_div(call, sub(call, size, one), step);
  JitValue* covered = add(call, mul(call, before_last, step), reach);
  return call.call("prim::max.int", {sub(call, covered, size), 0});
}

}  // namespace

const char* by_axes(const OpCall& call, std::size_t axes, const char* one, const char* two,
                    const char* three) {
  if (axes == 1) return one;
  if (axes == 2) return two;
  if (axes == 3) return three;
  call.unsupported("PyTorch has it over 1 to 3 spatial axes, not " + std::to_string(axes));
}

Padding padding_of(OpCall& call, const Window& window, JitValue* x,
                   const std::vector<JitValue*>& kernel) {
  if (window.auto_pad == AutoPad::kExplicit || window.auto_pad == AutoPad::kValid)
    return {constants(call, window.begin), constants(call, window.end)};
  Padding padding;
  for (std::size_t i = 0; i < window.axes(); ++i) {
    JitValue* size = call.size(x, static_cast<std::int64_t>(i) + 2);
    JitValue* reach = reach_of(call, kernel[i], window.dilations[i]);
    JitValue* total = same_total(call, size, reach, window.strides[i]);
    JitValue* half = floor_div(call, total, int_constant(call, 2));
    JitValue* rest = sub(call, total, half);
    const bool upper = window.auto_pad == AutoPad::kSameUpper;
    padding.begin.push_back(upper ? half : rest);
    padding.end.push_back(upper ? rest : half);
  }
  return padding;
}

std::optional<Ints> symmetric(OpCall& call, const Padding& padding) {
  Ints both;
  for (std::size_t i = 0; i < padding.begin.size(); ++i) {
    const auto begin = call.graph.value_of(padding.begin[i]);
    const auto end = call.graph.value_of(padding.end[i]);
    if (!begin || !end || begin->toInt() != end->toInt() || begin->toInt() < 0) return std::nullopt;
    both.push_back(begin->toInt());
  }
  return both;
}

JitValue* pad(OpCall& call, JitValue* x, const Padding& padding, const c10::IValue& value) {
  std::vector<JitValue*> pads;
  for (std::size_t i = padding.begin.size(); i-- > 0;) {
    pads.push_back(padding.begin[i]);
    pads.push_back(padding.end[i]);
  }
  return call.call("aten::constant_pad_nd", {x, call.graph.int_list(pads), value});
}

}  // namespace joulemark::torch_kit::ops
