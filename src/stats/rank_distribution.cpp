// SPDX-License-Identifier: Apache-2.0
// Counting by recurrences that only add, so that every count is right to a few units in the last
// place even in the far tails, and the largest (33!, C(100, 50)) are far from overflow.
#include "stats/rank_distribution.h"

#include <algorithm>
#include <bit>
#include <cassert>
#include <numeric>
#include <span>
#include <utility>

namespace joulemark::stats {

RankDistribution::RankDistribution(std::vector<double> counts) : max_(counts.size() - 1) {
  const double total = std::accumulate(counts.begin(), counts.end(), 0.0);
  counts.resize(max_ / 2 + 1);
  std::partial_sum(counts.begin(), counts.end(), counts.begin());
  for (double& count : counts) count /= total;
  lower_ = std::move(counts);
}

bool RankDistribution::affordable(std::size_t n, std::size_t m) {
  return n > 0 && m > 0 && n <= kMaxPairs / m;
}

/// The orders of i and j values with U = u are the partitions of u into at most i parts of at most
/// j: those without a part of j, and those with one that is taken away.
RankDistribution RankDistribution::mann_whitney(std::size_t n, std::size_t m) {
  assert(affordable(n, m));
  const std::size_t few = std::min(n, m);
  const std::size_t many = std::max(n, m);
  const std::size_t width = few * many + 1;
  std::vector<double> rows((few + 1) * width);
  for (std::size_t i = 0; i <= few; ++i) rows[i * width] = 1;
  for (std::size_t j = 1; j <= many; ++j) {
    for (std::size_t i = 1; i <= few; ++i) {
      const double* shorter = &rows[(i - 1) * width];
      double* row = &rows[i * width];
      for (std::size_t u = j; u <= i * j; ++u) row[u] += shorter[u - j];
    }
  }
  RankDistribution result({rows.end() - static_cast<std::ptrdiff_t>(width), rows.end()});
  result.few_ = few;
  return result;
}

bool RankDistribution::is_mann_whitney(std::size_t n, std::size_t m) const {
  return few_ > 0 && few_ == std::min(n, m) && max_ == n * m;
}

RankDistribution RankDistribution::signed_rank(std::size_t n) {
  assert(n > 0 && n <= kMaxSignedRank);
  std::vector<double> counts(n * (n + 1) / 2 + 1);
  counts[0] = 1;
  for (std::size_t rank = 1; rank <= n; ++rank)
    for (std::size_t v = rank * (rank + 1) / 2; v >= rank; --v) counts[v] += counts[v - rank];
  return RankDistribution(std::move(counts));
}

/// The j-th value is put before 0 … j − 1 of those that are placed.
RankDistribution RankDistribution::kendall(std::size_t n) {
  assert(n > 0 && n <= kMaxKendall);
  std::vector<double> counts(n * (n - 1) / 2 + 1);
  counts[0] = 1;
  for (std::size_t j = 2; j <= n; ++j) {
    for (std::size_t pairs = j * (j - 1) / 2; pairs > 0; --pairs) {
      for (std::size_t before = 1; before < j && before <= pairs; ++before)
        counts[pairs] += counts[pairs - before];
    }
  }
  return RankDistribution(std::move(counts));
}

/// Over the sets of ranks that the first values took: 2ⁿ of them instead of n! permutations.
RankDistribution RankDistribution::spearman(std::size_t n) {
  assert(n > 0 && n <= kMaxSpearman);
  const std::size_t width = (n * n * n - n) / 3 + 1;
  std::vector<std::vector<double>> counts(std::size_t{1} << n, std::vector<double>(width));
  counts[0][0] = 1;
  for (std::size_t taken = 0; taken + 1 < counts.size(); ++taken) {
    const auto i = static_cast<std::size_t>(std::popcount(taken));
    for (std::size_t rank = 0; rank < n; ++rank) {
      if ((taken >> rank & 1) != 0) continue;
      const std::size_t distance = rank > i ? rank - i : i - rank;
      std::vector<double>& next = counts[taken | std::size_t{1} << rank];
      for (std::size_t s = distance * distance; s < width; ++s)
        next[s] += counts[taken][s - distance * distance];
    }
  }
  return RankDistribution(std::move(counts.back()));
}

double RankDistribution::at_most(std::size_t x) const {
  if (x < lower_.size()) return lower_[x];
  return x >= max_ ? 1 : 1 - lower_[max_ - x - 1];
}

double RankDistribution::two_sided(std::size_t x) const {
  assert(x <= max_);
  return std::min(1.0, 2 * lower_[std::min(x, max_ - x)]);
}

std::size_t RankDistribution::lower_quantile(double p) const {
  const double wanted = p * (1 - 1e-12);  // (1 − 0.9)/2 means 0.05
  const auto found = std::lower_bound(lower_.begin(), lower_.end(), wanted);
  return static_cast<std::size_t>(std::min(found, lower_.end() - 1) - lower_.begin());
}

}  // namespace joulemark::stats
