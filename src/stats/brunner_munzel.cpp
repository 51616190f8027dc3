// SPDX-License-Identifier: Apache-2.0
// What the method takes from three rankings is the number of the other sample's values below each
// value, which one walk through the two sorted samples gives.
#include "stats/brunner_munzel.h"

#include <cmath>
#include <vector>

#include "stats/descriptive.h"
#include "stats/distribution.h"
#include "stats/ranks.h"

namespace joulemark::stats {
namespace {

/// For each of `sorted` the values of `others` below it, equal ones counting half: its rank in the
/// joint sample less that in its own.
std::vector<double> placements(std::span<const double> sorted, std::span<const double> others) {
  std::vector<double> result;
  result.reserve(sorted.size());
  std::size_t below = 0;
  std::size_t reached = 0;
  for (const double value : sorted) {
    while (below < others.size() && others[below] < value) ++below;
    while (reached < others.size() && others[reached] <= value) ++reached;
    result.push_back((static_cast<double>(below) + static_cast<double>(reached)) / 2);
  }
  return result;
}

}  // namespace

TestResult brunner_munzel(std::span<const double> a, std::span<const double> b) {
  const TwoSamples samples = compare_samples(a, b);
  TestResult result;
  result.outcome = samples.outcome;
  if (result.outcome == Outcome::kNotFinite) return result;
  if (a.size() < 2 || b.size() < 2) result.outcome = Outcome::kTooFew;
  if (result.outcome != Outcome::kOk) return result;
  const auto n = static_cast<double>(a.size());
  const auto m = static_cast<double>(b.size());
  const double spread_a = n * variance(placements(samples.a, samples.b));
  const double spread_b = m * variance(placements(samples.b, samples.a));
  result.outcome = spread_a + spread_b > 0 ? Outcome::kOk : Outcome::kSeparated;
  if (result.outcome != Outcome::kOk) return result;
  // The difference of mean ranks is (N/2)(1 − 2U/nm) for a's U.
  result.statistic = (n * m / 2 - samples.u) / std::sqrt(spread_a + spread_b);
  result.df1 = (spread_a + spread_b) * (spread_a + spread_b) /
               (spread_a * spread_a / (n - 1) + spread_b * spread_b / (m - 1));
  result.p = 2 * t_sf(result.df1, std::abs(result.statistic));
  return result;
}

}  // namespace joulemark::stats
