// SPDX-License-Identifier: Apache-2.0
#include "stats/mean_interval.h"

#include <cmath>

#include "stats/distribution.h"
#include "stats/mean_difference.h"
#include "stats/moments.h"

namespace joulemark::stats {

Interval mean_interval(std::span<const double> values, double level) {
  const Moments m = moments(values);
  MeanDifference from_zero;
  from_zero.estimate = m.mean;
  from_zero.outcome = m.outcome;
  if (m.outcome != Outcome::kOk) return interval_around(from_zero, 0);
  from_zero.standard_error = std::sqrt(m.variance / m.n);
  if (m.variance == 0) from_zero.outcome = Outcome::kConstant;
  const double quantile = t_quantile(m.n - 1, (1 + level) / 2);
  return interval_around(from_zero, quantile * from_zero.standard_error);
}

}  // namespace joulemark::stats
