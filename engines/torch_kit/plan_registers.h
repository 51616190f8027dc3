// SPDX-License-Identifier: Apache-2.0
// How a plan's operands name registers.
#pragma once

#include <cstdint>

namespace joulemark::torch_kit {

/// In an input operand: the register's value is handed over, not copied.
inline constexpr std::uint32_t kMove = 1U << 31U;

}  // namespace joulemark::torch_kit
