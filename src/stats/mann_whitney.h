// SPDX-License-Identifier: Apache-2.0
// Whether the values of one sample tend to be greater than those of another.
#pragma once

#include <span>

#include "stats/rank_distribution.h"
#include "stats/test_result.h"

namespace joulemark::stats {

/// The statistic of both is U of a: the pairs in which a's value is greater, equal ones counting
/// half (R's W).
struct MannWhitney {
  /// p = min(1, 2·min(P(U ≤ u), P(U ≥ u))). kTies: any two values of the joint sample are equal.
  /// kTooMany: above RankDistribution::kMaxPairs pairs.
  TestResult exact;
  /// Normal approximation with corrections for ties and continuity. kConstant: all values equal.
  TestResult normal;
  /// The exact test where there is one.
  [[nodiscard]] const TestResult& best() const {
    return exact.outcome == Outcome::kOk ? exact : normal;
  }
};

/// Mann & Whitney 1947, Ann. Math. Stat. 18:50. kTooFew: an empty sample.
MannWhitney mann_whitney(std::span<const double> a, std::span<const double> b);

/// The same with the distribution of U for these sizes, RankDistribution::mann_whitney(), which is
/// most of the work when many pairs of samples of the same sizes are compared. One for other sizes
/// is not used.
MannWhitney mann_whitney(std::span<const double> a, std::span<const double> b,
                         const RankDistribution& exact);

}  // namespace joulemark::stats
