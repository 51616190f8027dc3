// SPDX-License-Identifier: Apache-2.0
// The t statistics of both bounds.
#include "stats/equivalence.h"

#include <algorithm>
#include <cmath>

#include "stats/distribution.h"
#include "stats/mean_difference.h"
#include "stats/moments.h"

namespace joulemark::stats {
namespace {

enum class Side { kAbove, kBelow };

TestResult one_sided(const MeanDifference& difference, double bound, Side side) {
  TestResult test;
  test.statistic = (difference.estimate - bound) / difference.standard_error;
  test.df1 = difference.df;
  test.p = t_sf(difference.df, side == Side::kAbove ? test.statistic : -test.statistic);
  test.outcome = Outcome::kOk;
  return if_finite(test);
}

Equivalence tost(const MeanDifference& difference, const EquivalenceBounds& bounds, double alpha) {
  Equivalence result;
  result.outcome = difference.outcome;
  if (!std::isfinite(bounds.lo) || !std::isfinite(bounds.hi)) result.outcome = Outcome::kNotFinite;
  result.above_lo.outcome = result.outcome;
  result.below_hi.outcome = result.outcome;
  if (difference.outcome != Outcome::kOk) {
    result.difference = interval_around(difference, 0);
    return result;
  }
  const double half = -t_quantile(difference.df, alpha) * difference.standard_error;
  result.difference = interval_around(difference, half);
  if (result.outcome != Outcome::kOk) return result;
  result.above_lo = one_sided(difference, bounds.lo, Side::kAbove);
  result.below_hi = one_sided(difference, bounds.hi, Side::kBelow);
  result.outcome = std::max(result.above_lo.outcome, result.below_hi.outcome);
  if (result.outcome != Outcome::kOk) return result;
  result.p = std::max(result.above_lo.p, result.below_hi.p);
  return result;
}

}  // namespace

Equivalence tost_welch(std::span<const double> a, std::span<const double> b,
                       const EquivalenceBounds& bounds, double alpha) {
  return tost(welch_difference(moments(a), moments(b)), bounds, alpha);
}

Equivalence tost_paired(std::span<const double> a, std::span<const double> b,
                        const EquivalenceBounds& bounds, double alpha) {
  return tost(paired_difference(a, b), bounds, alpha);
}

}  // namespace joulemark::stats
