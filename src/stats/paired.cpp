// SPDX-License-Identifier: Apache-2.0
// Mean and standard error of the logarithms' differences, and back.
#include "stats/paired.h"

#include <cassert>
#include <cmath>
#include <vector>

#include "stats/descriptive.h"
#include "stats/distribution.h"

namespace joulemark::stats {

Interval paired_ratio(std::span<const double> numerator, std::span<const double> denominator,
                      double level) {
  assert(numerator.size() == denominator.size() && "one pair per block");
  Interval interval;
  std::vector<double> logs;
  logs.reserve(numerator.size());
  for (std::size_t i = 0; i < numerator.size(); ++i) {
    const bool usable = numerator[i] > 0 && denominator[i] > 0 && std::isfinite(numerator[i]) &&
                        std::isfinite(denominator[i]);
    if (!usable) {
      interval.outcome = Outcome::kNotFinite;
      return interval;
    }
    logs.push_back(std::log(numerator[i]) - std::log(denominator[i]));
  }
  if (logs.empty()) return interval;
  const double centre = mean(logs);
  interval.estimate = std::exp(centre);
  if (logs.size() < 2) return interval;
  const auto n = static_cast<double>(logs.size());
  const double half = t_quantile(n - 1, (1 + level) / 2) * sd(logs) / std::sqrt(n);
  const double lo = std::exp(centre - half);
  const double hi = std::exp(centre + half);
  if (lo == 0 || !std::isfinite(hi)) return interval;
  interval.lo = lo;
  interval.hi = hi;
  interval.outcome = half > 0 ? Outcome::kOk : Outcome::kConstant;
  return interval;
}

double bonferroni_level(double level, std::size_t comparisons) {
  return comparisons == 0 ? level : 1 - (1 - level) / static_cast<double>(comparisons);
}

}  // namespace joulemark::stats
