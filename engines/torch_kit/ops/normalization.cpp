// SPDX-License-Identifier: Apache-2.0
// Normalisations.
#include "torch_kit/ops/families.h"

namespace joulemark::torch_kit::ops {

std::span<const Entry> normalization() {
  return {};
}

}  // namespace joulemark::torch_kit::ops
