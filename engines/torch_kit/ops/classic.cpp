// SPDX-License-Identifier: Apache-2.0
// ai.onnx.ml.
#include "torch_kit/ops/families.h"

namespace joulemark::torch_kit::ops {

std::span<const Entry> classic() {
  return {};
}

}  // namespace joulemark::torch_kit::ops
