// SPDX-License-Identifier: Apache-2.0
#include "torch_kit/ops/families.h"

#include <array>

namespace joulemark::torch_kit {

std::span<const Family> families() {
  static constexpr std::array kFamilies{
      ops::unary,
      ops::activation,
      ops::binary,
      ops::logic,
      ops::cast,
      ops::reduce,
      ops::quantize,
      ops::dropout,
      ops::loss,
      ops::training,
      ops::movement,
      ops::blocks,
      ops::padding,
      ops::slicing,
      ops::indexing,
      ops::scattering,
      ops::searching,
      ops::generate,
      ops::convolution,
      ops::pooling,
      ops::normalization,
      ops::linear,
      ops::attention,
      ops::recurrent,
      ops::contrib,
      ops::vision,
      ops::signal,
      ops::sequence,
      ops::classic,
      ops::control_flow,
      ops::contrib_attention,
      ops::contrib_products,
      ops::folding,
      ops::ordering,
      ops::stateful,
      ops::trees,
  };
  return kFamilies;
}

}  // namespace joulemark::torch_kit
