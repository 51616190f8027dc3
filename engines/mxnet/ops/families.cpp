// SPDX-License-Identifier: Apache-2.0
#include "mxnet/ops/families.h"

#include <array>

namespace joulemark::mx {

std::span<const Family> families() {
  static constexpr std::array kFamilies{
      ops::unary_family, ops::activation,  ops::binary_family, ops::logic,
      ops::cast,         ops::reduce,      ops::movement,      ops::blocks,
      ops::padding,      ops::slicing,     ops::indexing,      ops::searching,
      ops::generate,     ops::convolution, ops::pooling,       ops::normalization,
      ops::linear,       ops::resizing,    ops::scattering,    ops::transposed_convolution,
      ops::attention,    ops::recurrent,   ops::control_flow,
  };
  return kFamilies;
}

}  // namespace joulemark::mx
