// SPDX-License-Identifier: Apache-2.0
// Comparisons, and operators on truth values and bits.
#include "torch_kit/ops/families.h"

namespace joulemark::torch_kit::ops {

std::span<const Entry> logic() {
  return {};
}

}  // namespace joulemark::torch_kit::ops
