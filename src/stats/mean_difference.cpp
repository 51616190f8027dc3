// SPDX-License-Identifier: Apache-2.0
// Welch's and the paired standard error.
#include "stats/mean_difference.h"

#include <algorithm>
#include <cmath>
#include <vector>

namespace joulemark::stats {
namespace {

Outcome worse(Outcome a, Outcome b) {
  if (a == Outcome::kNotFinite || b == Outcome::kNotFinite) return Outcome::kNotFinite;
  return a != Outcome::kOk ? a : b;
}

}  // namespace

MeanDifference welch_difference(const Moments& a, const Moments& b) {
  MeanDifference difference;
  difference.outcome = worse(a.outcome, b.outcome);
  if (difference.outcome == Outcome::kNotFinite) return difference;
  difference.estimate = a.mean - b.mean;
  if (difference.outcome != Outcome::kOk) return difference;
  const double of_a = a.variance / a.n;
  const double of_b = b.variance / b.n;
  if (of_a + of_b == 0) {
    difference.outcome = Outcome::kConstant;
    return difference;
  }
  const double share_a = of_a / (of_a + of_b);
  const double share_b = of_b / (of_a + of_b);
  difference.df = 1 / (share_a * share_a / (a.n - 1) + share_b * share_b / (b.n - 1));
  difference.standard_error = std::sqrt(of_a + of_b);
  return difference;
}

MeanDifference paired_difference(std::span<const double> a, std::span<const double> b) {
  MeanDifference difference;
  if (a.size() != b.size()) {
    difference.outcome = Outcome::kUnbalanced;
    return difference;
  }
  std::vector<double> differences(a.size());
  double largest = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    differences[i] = a[i] - b[i];
    largest = std::max({largest, std::abs(a[i]), std::abs(b[i])});
  }
  const Moments of_pairs = moments(differences);
  difference.outcome = of_pairs.outcome;
  difference.estimate = of_pairs.mean;
  if (of_pairs.outcome != Outcome::kOk) return difference;
  if (is_rounding(std::sqrt(of_pairs.variance), largest)) {
    difference.outcome = Outcome::kConstant;
    return difference;
  }
  difference.standard_error = std::sqrt(of_pairs.variance / of_pairs.n);
  difference.df = of_pairs.n - 1;
  return difference;
}

Interval interval_around(const MeanDifference& difference, double half_width) {
  Interval interval;
  interval.estimate = difference.estimate;
  interval.outcome = difference.outcome;
  if (!interval.bounded()) return interval;
  const double half = difference.outcome == Outcome::kConstant ? 0 : half_width;
  interval.lo = difference.estimate - half;
  interval.hi = difference.estimate + half;
  return interval;
}

}  // namespace joulemark::stats
