// SPDX-License-Identifier: Apache-2.0
// Two passes, each corrected for its rounding (Chan, Golub & LeVeque 1983, Am. Stat. 37:242).
#include "stats/moments.h"

#include <algorithm>
#include <cmath>

#include "stats/descriptive.h"

namespace joulemark::stats {

Moments moments(std::span<const double> values) {
  Moments result;
  result.n = static_cast<double>(values.size());
  double largest = 0;
  double rest = 0;
  double squares = 0;
  const double centre = mean(values);
  for (const double value : values) {
    const double deviation = value - centre;
    largest = std::max(largest, std::abs(value));
    rest += deviation;
    squares += deviation * deviation;
  }
  if (!std::isfinite(squares)) {
    result.outcome = Outcome::kNotFinite;
    return result;
  }
  if (values.empty()) return result;
  result.mean = centre + rest / result.n;
  if (values.size() < 2) return result;
  result.variance = std::max(0.0, (squares - rest * rest / result.n) / (result.n - 1));
  if (is_rounding(std::sqrt(result.variance), largest)) result.variance = 0;
  result.outcome = Outcome::kOk;
  return result;
}

std::vector<Moments> moments(Groups groups) {
  std::vector<Moments> result;
  result.reserve(groups.size());
  for (const std::vector<double>& group : groups) result.push_back(moments(group));
  return result;
}

bool is_rounding(double sd, double largest) {
  return sd <= 4 * std::numeric_limits<double>::epsilon() * largest;
}

TestResult if_finite(const TestResult& result) {
  if (result.outcome != Outcome::kOk) return result;
  if (std::isfinite(result.statistic) && std::isfinite(result.p)) return result;
  TestResult none;
  none.outcome = Outcome::kNotFinite;
  return none;
}

}  // namespace joulemark::stats
