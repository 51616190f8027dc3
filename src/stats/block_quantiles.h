// SPDX-License-Identifier: Apache-2.0
// Intervals of quantiles of values that depend on those before them, as latencies in a queue do.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "stats/interval.h"

namespace joulemark::stats {

/// Values and the block of time that each came in: block numbers from 0 to blocks − 1.
struct BlockedValues {
  std::span<const double> values;
  std::span<const std::uint32_t> block;  ///< as many as values
  std::uint32_t blocks = 0;
};

struct BlockQuantileOptions {
  std::uint64_t seed = 1;
  int resamples = 999;
  double level = 0.95;
};

inline constexpr std::uint32_t kFewestBlocks = 10;

/// One interval for each of `probabilities`, which ascend in [0, 1]. The estimate is the quantile
/// of type 7; the ends are quantiles of what it is in resamples of whole blocks (Künsch 1989, Ann.
/// Stat. 17:1217, with blocks that do not overlap: Carlstein 1986, Ann. Stat. 14:1171), so that
/// they hold as long as blocks are longer than values depend on each other. Fewer than
/// kFewestBlocks: kTooFew, with the estimate. All values equal: kConstant. NaN or infinity:
/// kNotFinite. Time O(n log n + n · resamples).
std::vector<Interval> block_quantiles(const BlockedValues& sample,
                                      std::span<const double> probabilities,
                                      const BlockQuantileOptions& options = {});

}  // namespace joulemark::stats
