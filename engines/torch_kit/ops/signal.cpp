// SPDX-License-Identifier: Apache-2.0
// Fourier transforms and windows.
#include "torch_kit/ops/families.h"

namespace joulemark::torch_kit::ops {

std::span<const Entry> signal() {
  return {};
}

}  // namespace joulemark::torch_kit::ops
