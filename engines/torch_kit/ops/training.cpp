// SPDX-License-Identifier: Apache-2.0
// Optimiser steps of ai.onnx.preview.training.
#include "torch_kit/ops/families.h"

namespace joulemark::torch_kit::ops {

std::span<const Entry> training() {
  return {};
}

}  // namespace joulemark::torch_kit::ops
