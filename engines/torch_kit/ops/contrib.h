// SPDX-License-Identifier: Apache-2.0
// Entries of com.microsoft, whose operators have had one version so far.
#pragma once

#include "torch_kit/lowering/table.h"

namespace joulemark::torch_kit::ops {

constexpr Entry contrib_entry(std::string_view name, void (*lower)(OpCall&)) {
  return {name, 1, lower, Types::kAsTheyAre, kMicrosoft};
}

}  // namespace joulemark::torch_kit::ops
