// SPDX-License-Identifier: Apache-2.0
#include "mxnet/ops/images.h"

#include <algorithm>

namespace joulemark::mx::ops {

Ints spatial_sizes(const OpCall& call, const Value& x, std::size_t axes) {
  if (axes < 1 || axes > 3)
    call.unsupported("MXNet has it over 1 to 3 spatial axes, not " + std::to_string(axes));
  if (x->dims.size() != axes + 2)
    call.invalid("its input has rank " + std::to_string(x->dims.size()) + ", not " +
                 std::to_string(axes + 2));
  return {x->dims.begin() + 2, x->dims.end()};
}

Padding padding_of(const OpCall& call, const Window& window, const Value& x, const Ints& kernel) {
  Padding padding{window.begin, window.end};
  const Ints sizes = spatial_sizes(call, x, window.axes());
  if (window.auto_pad == AutoPad::kExplicit || window.auto_pad == AutoPad::kValid) return padding;
  for (std::size_t i = 0; i < window.axes(); ++i) {
    const std::int64_t reach = (kernel[i] - 1) * window.dilations[i] + 1;
    const std::int64_t covered = (sizes[i] - 1) / window.strides[i] * window.strides[i] + reach;
    const std::int64_t total = std::max<std::int64_t>(covered - sizes[i], 0);
    const bool upper = window.auto_pad == AutoPad::kSameUpper;
    padding.begin[i] = upper ? total / 2 : total - total / 2;
    padding.end[i] = total - padding.begin[i];
  }
  return padding;
}

}  // namespace joulemark::mx::ops
