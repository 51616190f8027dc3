// SPDX-License-Identifier: Apache-2.0
// Tensors made from shapes and ranges.
#include "torch_kit/ops/families.h"

namespace joulemark::torch_kit::ops {

std::span<const Entry> generate() {
  return {};
}

}  // namespace joulemark::torch_kit::ops
