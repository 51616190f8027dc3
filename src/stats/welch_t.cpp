// SPDX-License-Identifier: Apache-2.0
// One t test for both standard errors.
#include "stats/welch_t.h"

#include <cmath>

#include "stats/distribution.h"
#include "stats/mean_difference.h"
#include "stats/moments.h"

namespace joulemark::stats {
namespace {

TTest t_test(const MeanDifference& difference, double level) {
  TTest result;
  result.test.outcome = difference.outcome;
  if (difference.outcome != Outcome::kOk) {
    result.difference = interval_around(difference, 0);
    return result;
  }
  const double t = difference.estimate / difference.standard_error;
  result.test.statistic = t;
  result.test.df1 = difference.df;
  result.test.p = 2 * t_sf(difference.df, std::abs(t));
  result.test = if_finite(result.test);
  const double quantile = -t_quantile(difference.df, (1 - level) / 2);
  result.difference = interval_around(difference, quantile * difference.standard_error);
  return result;
}

}  // namespace

TTest welch_t(std::span<const double> a, std::span<const double> b, double level) {
  return t_test(welch_difference(moments(a), moments(b)), level);
}

TTest paired_t(std::span<const double> a, std::span<const double> b, double level) {
  return t_test(paired_difference(a, b), level);
}

}  // namespace joulemark::stats
