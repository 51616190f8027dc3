// SPDX-License-Identifier: Apache-2.0
// Whether the differences of pairs are symmetric about zero, by signed ranks.
#pragma once

#include <cstddef>
#include <limits>
#include <span>

#include "stats/test_result.h"

namespace joulemark::stats {

/// What becomes of pairs without a difference.
enum class Zeros {
  kDrop,   ///< they are left out (Wilcoxon 1945, Biometrics 1:80)
  kPratt,  ///< they are ranked and then left out (Pratt 1959, JASA 54:655)
};

/// The statistic of both is V, the sum of the ranks of positive differences a − b.
struct Wilcoxon {
  /// p = min(1, 2·min(P(V ≤ v), P(V ≥ v))). kTies: there are zeros, or differences of equal size.
  /// kTooMany: above RankDistribution::kMaxSignedRank pairs.
  TestResult exact;
  /// Normal approximation with corrections for ties, zeros and continuity. kConstant: all zeros.
  TestResult normal;
  std::size_t differences = 0;  ///< without zeros
  /// (V − V₋)/(V + V₋), −1 to 1: the rank-biserial correlation of pairs (Kerby 2014, Compr.
  /// Psychol. 3:11.IT.3.1).
  double rank_biserial = std::numeric_limits<double>::quiet_NaN();
  /// The exact test where there is one.
  [[nodiscard]] const TestResult& best() const {
    return exact.outcome == Outcome::kOk ? exact : normal;
  }
};

/// Of pairs whose i-th values belong together. kUnbalanced: spans of different length. kTooFew:
/// none. kNotFinite: also where a difference is beyond all doubles.
Wilcoxon wilcoxon_signed_rank(std::span<const double> a, std::span<const double> b,
                              Zeros zeros = Zeros::kDrop);

}  // namespace joulemark::stats
