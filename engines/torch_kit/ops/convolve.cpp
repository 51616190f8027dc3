// SPDX-License-Identifier: Apache-2.0
#include "torch_kit/ops/convolve.h"

namespace joulemark::torch_kit::ops {

std::vector<JitValue*> kernel_of(OpCall& call, JitValue* weight, std::size_t axes) {
  std::vector<JitValue*> kernel;
  for (std::size_t i = 0; i < axes; ++i)
    kernel.push_back(call.size(weight, static_cast<std::int64_t>(i) + 2));
  return kernel;
}

JitValue* convolve(OpCall& call, JitValue* x, JitValue* weight, const tj::NamedValue& bias) {
  const auto axes = static_cast<std::size_t>(call.rank_of(weight) - 2);
  const char* op = by_axes(call, axes, "aten::conv1d", "aten::conv2d", "aten::conv3d");
  const Window window = read_window(call, axes);
  const Padding padding = padding_of(call, window, x, kernel_of(call, weight, axes));
  const auto pads = symmetric(call, padding);
  if (!pads) x = pad(call, x, padding, 0);
  return call.call(op, {x, weight, bias, window.strides, pads.value_or(Ints(axes, 0)),
                        window.dilations, call.integer("group", 1)});
}

}  // namespace joulemark::torch_kit::ops
