// SPDX-License-Identifier: Apache-2.0
// The variance of δ needs the row and column means of the n × m matrix of signs of a − b, which
// walks through the sorted samples give without the matrix.
#include "stats/cliffs_delta.h"

#include <algorithm>
#include <cmath>

#include "stats/distribution.h"
#include "stats/ranks.h"

namespace joulemark::stats {
namespace {

Magnitude grade(double value, double small, double medium, double large) {
  if (value >= large) return Magnitude::kLarge;
  if (value >= medium) return Magnitude::kMedium;
  return value >= small ? Magnitude::kSmall : Magnitude::kNegligible;
}

struct Dominance {
  double spread = 0;  // variance of the rows' means, divisor n − 1
  double equal = 0;   // pairs of equal values
};

/// Row i is the sign of sorted[i] − others[j] for every j; `delta` is the mean of all.
Dominance dominance(std::span<const double> sorted, std::span<const double> others, double delta) {
  Dominance result;
  const auto m = static_cast<double>(others.size());
  std::size_t below = 0;
  std::size_t reached = 0;
  for (const double value : sorted) {
    while (below < others.size() && others[below] < value) ++below;
    while (reached < others.size() && others[reached] <= value) ++reached;
    const double row = (static_cast<double>(below) + static_cast<double>(reached)) / m - 1;
    result.spread += (row - delta) * (row - delta);
    result.equal += static_cast<double>(reached - below);
  }
  result.spread /= static_cast<double>(sorted.size()) - 1;
  return result;
}

/// Where δ = ±1 the variance is 0, and the interval ends at a bound for the smaller sample's share
/// (Feng & Cliff 2004, p. 325).
void bound(Interval& delta, double variance, double z, double fewer) {
  const double d = delta.estimate;
  const double square = z * z * variance;
  if (std::abs(d) == 1) {
    const double inner = (fewer - z * z) / (fewer + z * z);
    delta.lo = d > 0 ? inner : -1;
    delta.hi = d > 0 ? 1 : -inner;
    return;
  }
  const double room = 1 - d * d;
  const double half = std::sqrt(square * (room * room + square));
  delta.lo = (d * room - half) / (room + square);
  delta.hi = (d * room + half) / (room + square);
}

}  // namespace

const char* to_string(Magnitude magnitude) {
  static constexpr const char* kNames[] = {"negligible", "small", "medium", "large"};
  return kNames[static_cast<int>(magnitude)];
}

Magnitude magnitude_of_delta(double delta) {
  return grade(std::abs(delta), 0.147, 0.33, 0.474);
}

Magnitude magnitude_of_a12(double a12) {
  return grade(std::max(a12, 1 - a12), 0.56, 0.64, 0.71);
}

CliffsDelta cliffs_delta(std::span<const double> a, std::span<const double> b, double level) {
  const TwoSamples samples = compare_samples(a, b);
  CliffsDelta result;
  Interval& delta = result.delta;
  delta.outcome = samples.outcome;
  if (samples.a.empty()) return result;
  const auto n = static_cast<double>(a.size());
  const auto m = static_cast<double>(b.size());
  result.a12 = samples.u / (n * m);
  delta.estimate = (2 * samples.u - n * m) / (n * m);
  if (std::min(n, m) < 2) delta.outcome = Outcome::kTooFew;
  if (delta.outcome == Outcome::kConstant) delta.lo = delta.hi = delta.estimate;
  if (delta.outcome != Outcome::kOk) return result;
  const Dominance rows = dominance(samples.a, samples.b, delta.estimate);
  const Dominance columns = dominance(samples.b, samples.a, -delta.estimate);
  const double d = delta.estimate;
  const double cells = (n * m * (1 - d * d) - rows.equal) / ((n - 1) * (m - 1));
  const double variance = ((m - 1) * rows.spread + (n - 1) * columns.spread + cells) / (n * m);
  bound(delta, variance, normal_quantile((1 + level) / 2), std::min(n, m));
  return result;
}

}  // namespace joulemark::stats
