// SPDX-License-Identifier: Apache-2.0
// Sequences whose length is known when the model is loaded, and optionals.
#include "torch_kit/ops/families.h"

namespace joulemark::torch_kit::ops {

std::span<const Entry> sequence() {
  return {};
}

}  // namespace joulemark::torch_kit::ops
