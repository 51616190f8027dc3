// SPDX-License-Identifier: Apache-2.0
// Exact distributions of rank statistics under the hypothesis that all orders are equally likely.
#pragma once

#include <cstddef>
#include <vector>

namespace joulemark::stats {

/// A distribution on 0, 1, …, max() that is symmetric about max()/2. It depends on sample sizes
/// alone: make one for a pair of sizes and use it for all samples of these sizes.
class RankDistribution {
 public:
  /// Sizes up to which counting all orders is affordable.
  static constexpr std::size_t kMaxPairs = 2500;
  static constexpr std::size_t kMaxSignedRank = 50;
  static constexpr std::size_t kMaxKendall = 33;
  static constexpr std::size_t kMaxSpearman = 9;

  /// U of samples of `n` and `m` values, in either order; n·m ≤ kMaxPairs, both positive (Mann &
  /// Whitney 1947, Ann. Math. Stat. 18:50).
  static RankDistribution mann_whitney(std::size_t n, std::size_t m);
  /// The sum of positive ranks of `n` ≤ kMaxSignedRank values (Wilcoxon 1945, Biometrics 1:80).
  static RankDistribution signed_rank(std::size_t n);
  /// The number of discordant pairs of `n` ≤ kMaxKendall values (Kendall 1938, Biometrika 30:81).
  static RankDistribution kendall(std::size_t n);
  /// The sum of squared differences of ranks of `n` ≤ kMaxSpearman values.
  static RankDistribution spearman(std::size_t n);

  /// Whether counting U's orders is affordable for these sizes.
  static bool affordable(std::size_t n, std::size_t m);

  /// Whether it is U's for these sizes, in either order.
  [[nodiscard]] bool is_mann_whitney(std::size_t n, std::size_t m) const;
  [[nodiscard]] std::size_t max() const { return max_; }
  /// P(X ≤ x) for x up to max()/2; above it by the symmetry.
  [[nodiscard]] double at_most(std::size_t x) const;
  /// min(1, 2·min(P(X ≤ x), P(X ≥ x))), x ≤ max().
  [[nodiscard]] double two_sided(std::size_t x) const;
  /// The smallest x with P(X ≤ x) ≥ `p`, up to rounding; 0 < p ≤ 1/2.
  [[nodiscard]] std::size_t lower_quantile(double p) const;

 private:
  explicit RankDistribution(std::vector<double> counts);

  std::size_t few_ = 0;  // the smaller sample of U, 0 of other statistics
  std::size_t max_;
  std::vector<double> lower_;  // P(X ≤ x) for x = 0 … max/2
};

}  // namespace joulemark::stats
