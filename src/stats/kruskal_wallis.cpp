// SPDX-License-Identifier: Apache-2.0
// H as a sum of squared deviations of mean ranks: the textbook's difference of two large numbers
// would lose digits.
#include "stats/kruskal_wallis.h"

#include "stats/distribution.h"

namespace joulemark::stats {

KruskalWallis kruskal_wallis(Groups groups) {
  return kruskal_wallis(rank_groups(groups));
}

KruskalWallis kruskal_wallis(const GroupRanks& ranks) {
  KruskalWallis result;
  result.test.outcome = ranks.outcome;
  if (ranks.outcome != Outcome::kOk) return result;
  const auto n = static_cast<double>(ranks.n);
  const auto k = static_cast<double>(ranks.size.size());
  double between = 0;
  for (std::size_t g = 0; g < ranks.size.size(); ++g) {
    const double deviation = ranks.mean_rank[g] - (n + 1) / 2;
    between += static_cast<double>(ranks.size[g]) * deviation * deviation;
  }
  const double variance = n * (n + 1) / 12 - ranks.ties / (12 * (n - 1));  // of one rank
  const double h = between / variance;
  result.test.statistic = h;
  result.test.df1 = k - 1;
  result.test.p = chi_squared_sf(k - 1, h);
  result.epsilon_squared = h / (n - 1);
  result.eta_squared = (h - k + 1) / (n - k);
  return result;
}

}  // namespace joulemark::stats
