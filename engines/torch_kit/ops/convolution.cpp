// SPDX-License-Identifier: Apache-2.0
// Convolutions.
#include "torch_kit/ops/families.h"

namespace joulemark::torch_kit::ops {

std::span<const Entry> convolution() {
  return {};
}

}  // namespace joulemark::torch_kit::ops
