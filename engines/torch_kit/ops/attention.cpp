// SPDX-License-Identifier: Apache-2.0
// Attention, and what decoders do around it.
#include "torch_kit/ops/families.h"

namespace joulemark::torch_kit::ops {

std::span<const Entry> attention() {
  return {};
}

}  // namespace joulemark::torch_kit::ops
