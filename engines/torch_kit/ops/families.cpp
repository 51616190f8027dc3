// SPDX-License-Identifier: Apache-2.0
#include "torch_kit/ops/families.h"

#include <array>

namespace joulemark::torch_kit {

std::span<const Family> families() {
  static constexpr std::array kFamilies{ops::unary, ops::binary, ops::control_flow};
  return kFamilies;
}

}  // namespace joulemark::torch_kit
