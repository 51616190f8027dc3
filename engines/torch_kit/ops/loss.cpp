// SPDX-License-Identifier: Apache-2.0
// Losses.
#include "torch_kit/ops/families.h"

namespace joulemark::torch_kit::ops {

std::span<const Entry> loss() {
  return {};
}

}  // namespace joulemark::torch_kit::ops
