// SPDX-License-Identifier: Apache-2.0
#include "tensorflow/ops/families.h"

#include <array>

namespace joulemark::tf {

std::span<const Family> families() {
  static constexpr std::array kFamilies{
      ops::unary_family, ops::activation,  ops::binary_family,
      ops::logic,        ops::cast,        ops::reduce,
      ops::movement,     ops::blocks,      ops::padding,
      ops::slicing,      ops::indexing,    ops::searching,
      ops::generate,     ops::convolution, ops::transposed_convolution,
      ops::pooling,      ops::resizing,    ops::normalization,
      ops::linear,       ops::attention,   ops::recurrent_family,
      ops::control_flow, ops::scans,       ops::losses,
      ops::quantize,     ops::vision,      ops::boxes,
      ops::windows,
  };
  return kFamilies;
}

}  // namespace joulemark::tf
