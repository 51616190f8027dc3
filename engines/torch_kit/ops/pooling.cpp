// SPDX-License-Identifier: Apache-2.0
// Pooling.
#include "torch_kit/ops/families.h"

namespace joulemark::torch_kit::ops {

std::span<const Entry> pooling() {
  return {};
}

}  // namespace joulemark::torch_kit::ops
