// SPDX-License-Identifier: Apache-2.0
#include "lowering_kit/padding.h"

#include <algorithm>

namespace joulemark::lowering {

bool Padding::none() const {
  const auto zero = [](std::int64_t size) { return size == 0; };
  return std::ranges::all_of(begin, zero) && std::ranges::all_of(end, zero);
}

Padding padding_of(const NodeCall& call, const Window& window, const Ints& kernel,
                   const Ints& sizes) {
  Padding padding{window.begin, window.end};
  if (!window.pads_by_size()) return padding;
  for (std::size_t i = 0; i < window.axes(); ++i) {
    const std::int64_t stride = window.strides[i];
    if (sizes[i] < 0 && stride != 1)
      call.unsupported("auto_pad on images whose sizes only a run tells");
    const std::int64_t reach = (kernel[i] - 1) * window.dilations[i] + 1;
    const std::int64_t covered = (sizes[i] - 1) / stride * stride + reach;
    const std::int64_t total =
        stride == 1 ? reach - 1 : std::max<std::int64_t>(covered - sizes[i], 0);
    const bool upper = window.auto_pad == AutoPad::kSameUpper;
    padding.begin[i] = upper ? total / 2 : total - total / 2;
    padding.end[i] = total - padding.begin[i];
  }
  return padding;
}

std::int64_t PoolingWindow::reach(std::size_t axis) const {
  return (kernel[axis] - 1) * window.dilations[axis] + 1;
}

bool PoolingWindow::is_dilated() const {
  return std::ranges::any_of(window.dilations, [](std::int64_t step) { return step != 1; });
}

PoolingWindow read_pooling_window(const NodeCall& call) {
  PoolingWindow pool;
  pool.kernel = call.integers("kernel_shape", {});
  if (pool.kernel.empty()) call.invalid("it has no kernel_shape");
  if (std::ranges::any_of(pool.kernel, [](std::int64_t size) { return size < 1; }))
    call.invalid("kernel_shape must be positive");
  pool.window = read_window(call, pool.kernel.size());
  pool.is_open_ended =
      call.integer("ceil_mode", 0) != 0 && pool.window.auto_pad == AutoPad::kExplicit;
  return pool;
}

Ints overhang(const NodeCall& call, const PoolingWindow& pool, const Padding& padding,
              const Ints& sizes) {
  Ints more(pool.kernel.size(), 0);
  if (!pool.is_open_ended) return more;
  for (std::size_t i = 0; i < more.size(); ++i) {
    if (sizes[i] < 0) call.unsupported("ceil_mode on images whose sizes only a run tells");
    const std::int64_t stride = pool.window.strides[i];
    const std::int64_t padded = sizes[i] + padding.begin[i] + padding.end[i];
    std::int64_t windows = (padded - pool.reach(i) + stride - 1) / stride + 1;
    // The last window must start before the padding behind.
    if ((windows - 1) * stride >= sizes[i] + padding.begin[i]) --windows;
    more[i] = std::max<std::int64_t>((windows - 1) * stride + pool.reach(i) - padded, 0);
  }
  return more;
}

Padding with_overhang(Padding padding, const Ints& more) {
  for (std::size_t i = 0; i < more.size(); ++i) padding.end[i] += more[i];
  return padding;
}

}  // namespace joulemark::lowering
