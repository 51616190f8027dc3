// SPDX-License-Identifier: Apache-2.0
#include "checkpoint/alibi.h"

#include <bit>
#include <cmath>

namespace joulemark::checkpoint {

std::vector<float> alibi_slopes(std::int64_t heads) {
  const auto below = static_cast<std::int64_t>(std::bit_floor(static_cast<std::uint64_t>(heads)));
  const auto base_of = [](std::int64_t power) {
    return static_cast<float>(std::exp2(-8.0 / static_cast<double>(power)));
  };
  std::vector<float> slopes;
  for (std::int64_t i = 0; i < heads; ++i) {
    const bool first = i < below;
    const std::int64_t exponent = first ? i + 1 : 2 * (i - below) + 1;
    const float base = base_of(first ? below : 2 * below);
    slopes.push_back(std::pow(base, static_cast<float>(exponent)));
  }
  return slopes;
}

}  // namespace joulemark::checkpoint
