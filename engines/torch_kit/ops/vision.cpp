// SPDX-License-Identifier: Apache-2.0
// Images: resizing, sampling, boxes.
#include "torch_kit/ops/families.h"

namespace joulemark::torch_kit::ops {

std::span<const Entry> vision() {
  return {};
}

}  // namespace joulemark::torch_kit::ops
