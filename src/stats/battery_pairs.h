// SPDX-License-Identifier: Apache-2.0
// The pairs of a battery.
#pragma once

#include "stats/battery.h"
#include "stats/ranks.h"

namespace joulemark::stats {

/// What the pairs are made of; see analyse().
struct BatteryData {
  Groups groups;
  std::span<const std::vector<std::size_t>> blocks;
  const GroupRanks& ranks;
};

/// All pairs, or those with the group of the lowest mean.
std::vector<PairAnalysis> analyse_pairs(const BatteryData& data, PairChoice choice,
                                        const BatteryOptions& options);

}  // namespace joulemark::stats
