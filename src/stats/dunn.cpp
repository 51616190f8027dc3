// SPDX-License-Identifier: Apache-2.0
#include "stats/dunn.h"

#include <cmath>

#include "stats/distribution.h"

namespace joulemark::stats {

PairTests dunn(Groups groups, Adjustment adjustment) {
  return dunn(rank_groups(groups), adjustment);
}

PairTests dunn(const GroupRanks& ranks, Adjustment adjustment) {
  PairTests result;
  result.outcome = ranks.outcome;
  if (ranks.outcome != Outcome::kOk) return result;
  const auto n = static_cast<double>(ranks.n);
  const double variance = n * (n + 1) / 12 - ranks.ties / (12 * (n - 1));
  const std::size_t k = ranks.size.size();
  result.pairs.reserve(k * (k - 1) / 2);
  for (std::size_t a = 0; a < k; ++a) {
    for (std::size_t b = a + 1; b < k; ++b) {
      const double parts =
          1 / static_cast<double>(ranks.size[a]) + 1 / static_cast<double>(ranks.size[b]);
      const double z = (ranks.mean_rank[a] - ranks.mean_rank[b]) / std::sqrt(variance * parts);
      result.pairs.push_back({.a = a, .b = b, .statistic = z, .p = 2 * normal_sf(std::abs(z))});
    }
  }
  adjust(result, adjustment);
  return result;
}

}  // namespace joulemark::stats
