// SPDX-License-Identifier: Apache-2.0
// Products of matrices.
#include "torch_kit/ops/families.h"

namespace joulemark::torch_kit::ops {

std::span<const Entry> linear() {
  return {};
}

}  // namespace joulemark::torch_kit::ops
