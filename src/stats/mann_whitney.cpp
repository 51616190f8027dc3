// SPDX-License-Identifier: Apache-2.0
#include "stats/mann_whitney.h"

#include <algorithm>
#include <cmath>

#include "stats/distribution.h"
#include "stats/ranks.h"

namespace joulemark::stats {
namespace {

TestResult normal_test(const TwoSamples& samples) {
  TestResult result;
  result.outcome = samples.outcome;
  if (samples.outcome != Outcome::kOk) return result;
  const auto n = static_cast<double>(samples.a.size());
  const auto m = static_cast<double>(samples.b.size());
  const double all = n + m;
  const double variance = n * m / 12 * (all + 1 - samples.ties / (all * (all - 1)));
  const double distance = std::max(0.0, std::abs(samples.u - n * m / 2) - 0.5);
  result.statistic = samples.u;
  result.p = 2 * normal_sf(distance / std::sqrt(variance));
  return result;
}

Outcome exact_outcome(const TwoSamples& samples) {
  if (samples.outcome == Outcome::kNotFinite || samples.outcome == Outcome::kTooFew)
    return samples.outcome;
  if (samples.ties > 0) return Outcome::kTies;
  const bool affordable = RankDistribution::affordable(samples.a.size(), samples.b.size());
  return affordable ? Outcome::kOk : Outcome::kTooMany;
}

TestResult exact_test(const TwoSamples& samples, const RankDistribution* given) {
  TestResult result;
  result.outcome = exact_outcome(samples);
  if (result.outcome != Outcome::kOk) return result;
  const auto u = static_cast<std::size_t>(samples.u);
  result.statistic = samples.u;
  const std::size_t n = samples.a.size();
  const std::size_t m = samples.b.size();
  const bool fits = given != nullptr && given->is_mann_whitney(n, m);
  result.p = fits ? given->two_sided(u) : RankDistribution::mann_whitney(n, m).two_sided(u);
  return result;
}

MannWhitney compare(const TwoSamples& samples, const RankDistribution* given) {
  return {.exact = exact_test(samples, given), .normal = normal_test(samples)};
}

}  // namespace

MannWhitney mann_whitney(std::span<const double> a, std::span<const double> b) {
  return compare(compare_samples(a, b), nullptr);
}

MannWhitney mann_whitney(std::span<const double> a, std::span<const double> b,
                         const RankDistribution& exact) {
  return compare(compare_samples(a, b), &exact);
}

}  // namespace joulemark::stats
