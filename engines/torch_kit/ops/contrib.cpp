// SPDX-License-Identifier: Apache-2.0
// com.microsoft operators that exporters and optimisers write.
#include "torch_kit/ops/families.h"

namespace joulemark::torch_kit::ops {

std::span<const Entry> contrib() {
  return {};
}

}  // namespace joulemark::torch_kit::ops
