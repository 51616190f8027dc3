// SPDX-License-Identifier: Apache-2.0
// Reductions, and searches along axes.
#include "torch_kit/ops/families.h"

namespace joulemark::torch_kit::ops {

std::span<const Entry> reduce() {
  return {};
}

}  // namespace joulemark::torch_kit::ops
