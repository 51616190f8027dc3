// SPDX-License-Identifier: Apache-2.0
// Convolutions.
#include <algorithm>

#include "torch_kit/ops/families.h"
#include "torch_kit/ops/window.h"

namespace joulemark::torch_kit::ops {
namespace {

std::vector<JitValue*> kernel_of(OpCall& call, JitValue* weight, std::size_t axes) {
  std::vector<JitValue*> kernel;
  for (std::size_t i = 0; i < axes; ++i)
    kernel.push_back(call.size(weight, static_cast<std::int64_t>(i) + 2));
  return kernel;
}

std::size_t spatial_axes(OpCall& call) {
  const std::int64_t rank = call.rank(1);
  if (rank < 3) call.invalid("its weights have rank " + std::to_string(rank) + ", not 3 or more");
  return static_cast<std::size_t>(rank - 2);
}

void convolution_entry(OpCall& call) {
  const std::size_t axes = spatial_axes(call);
  const char* op = by_axes(call, axes, "aten::conv1d", "aten::conv2d", "aten::conv3d");
  const Window window = read_window(call, axes);
  JitValue* x = call.tensor(0);
  JitValue* weight = call.tensor(1);
  const Padding padding = padding_of(call, window, x, kernel_of(call, weight, axes));
  auto pads = symmetric(call, padding);
  if (!pads) {
    x = pad(call, x, padding, 0);
    pads = Ints(axes, 0);
  }
  call.result(call.call(op, {x, weight, call.tensor_or_none(2), window.strides, *pads,
                             window.dilations, call.integer("group", 1)}));
}

constexpr Entry kEntries[] = {
    {"Conv", 1, convolution_entry},
};

}  // namespace

std::span<const Entry> convolution() {
  return kEntries;
}

}  // namespace joulemark::torch_kit::ops
