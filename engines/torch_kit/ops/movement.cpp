// SPDX-License-Identifier: Apache-2.0
// Shapes changed, elements kept in order or moved as blocks.
#include "torch_kit/ops/families.h"

namespace joulemark::torch_kit::ops {

std::span<const Entry> movement() {
  return {};
}

}  // namespace joulemark::torch_kit::ops
