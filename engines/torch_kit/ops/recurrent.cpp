// SPDX-License-Identifier: Apache-2.0
// RNN, LSTM, GRU.
#include "torch_kit/ops/families.h"

namespace joulemark::torch_kit::ops {

std::span<const Entry> recurrent() {
  return {};
}

}  // namespace joulemark::torch_kit::ops
