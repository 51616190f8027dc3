// SPDX-License-Identifier: Apache-2.0
// Random numbers.
#include "torch_kit/ops/families.h"

namespace joulemark::torch_kit::ops {

std::span<const Entry> random() {
  return {};
}

}  // namespace joulemark::torch_kit::ops
