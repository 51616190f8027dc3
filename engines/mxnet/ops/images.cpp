// SPDX-License-Identifier: Apache-2.0
#include "mxnet/ops/images.h"

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
  return lowering::padding_of(call, window, kernel, spatial_sizes(call, x, window.axes()));
}

}  // namespace joulemark::mx::ops
