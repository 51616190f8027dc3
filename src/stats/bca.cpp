// SPDX-License-Identifier: Apache-2.0
// Quantiles of drawn resamples are selected, not sorted: two of thousands are wanted.
#include "stats/bca.h"

#include <algorithm>
#include <cmath>
#include <cstddef>

#include "stats/descriptive.h"
#include "stats/distribution.h"

namespace joulemark::stats {
namespace {

/// Sums that make an acceleration.
struct Influence {
  double squares = 0;
  double cubes = 0;

  void add(double value) {
    squares += value * value;
    cubes += value * value * value;
  }
  [[nodiscard]] double acceleration() const {
    return squares > 0 ? cubes / (6 * squares * std::sqrt(squares)) : 0;
  }
};

/// The probabilities at which the resamples are cut, given the share below the estimate.
struct Cuts {
  double lo;
  double hi;
};

Cuts cuts_of(double share_below, const BcaShape& shape) {
  const double z0 =
      normal_quantile(std::clamp(share_below, shape.resolution, 1 - shape.resolution));
  const auto cut = [&](double tail) {
    const double z = z0 + normal_quantile(tail);
    return normal_cdf(z0 + z / (1 - shape.acceleration * z));
  };
  const double tail = (1 - shape.level) / 2;
  return {cut(tail), cut(1 - tail)};
}

/// How much of a resample counts as below the estimate: equal ones half.
double below(double value, const BcaShape& shape) {
  const double distance = value - shape.estimate;
  if (std::abs(distance) <= shape.same * shape.scale) return 0.5;
  return distance < 0 ? 1 : 0;
}

/// The smallest value at which the cumulative weight reaches `p`.
double weighted_quantile(std::span<const Atom> sorted, double p) {
  double total = 0;
  for (const Atom& atom : sorted) total += atom.weight;
  double cumulative = 0;
  for (const Atom& atom : sorted) {
    cumulative += atom.weight;
    if (cumulative >= p * total) return atom.value;
  }
  return sorted.back().value;
}

/// The same of values that weigh 1 each.
double selected_quantile(std::span<double> draws, double p) {
  const auto n = static_cast<double>(draws.size());
  const double rank = std::clamp(std::ceil(p * n) - 1, 0.0, n - 1);
  const auto place = draws.begin() + static_cast<std::ptrdiff_t>(rank);
  std::nth_element(draws.begin(), place, draws.end());
  return *place;
}

}  // namespace

Interval bca_of_atoms(std::vector<Atom> atoms, const BcaShape& shape) {
  std::sort(atoms.begin(), atoms.end(),
            [](const Atom& a, const Atom& b) { return a.value < b.value; });
  double share = 0;
  double total = 0;
  for (const Atom& atom : atoms) {
    total += atom.weight;
    share += atom.weight * below(atom.value, shape);
  }
  const Cuts cuts = cuts_of(share / total, shape);
  return {.estimate = shape.estimate,
          .lo = weighted_quantile(atoms, cuts.lo),
          .hi = weighted_quantile(atoms, cuts.hi),
          .outcome = Outcome::kOk};
}

Interval bca_of_draws(std::span<double> draws, const BcaShape& shape) {
  Interval interval;
  interval.outcome = Outcome::kNotFinite;
  if (!std::isfinite(shape.estimate) || !std::isfinite(shape.acceleration)) return interval;
  if (!all_finite(draws)) return interval;
  double share = 0;
  for (const double value : draws) share += below(value, shape);
  const Cuts cuts = cuts_of(share / static_cast<double>(draws.size()), shape);
  interval.estimate = shape.estimate;
  interval.lo = selected_quantile(draws, cuts.lo);
  interval.hi = selected_quantile(draws, cuts.hi);
  interval.outcome = Outcome::kOk;
  return interval;
}

double jackknife_acceleration(Groups left_out) {
  Influence influence;
  for (const std::vector<double>& values : left_out) {
    const auto n = static_cast<double>(values.size());
    const double centre = mean(values);
    for (const double value : values) influence.add((n - 1) / n * (centre - value));
  }
  return influence.acceleration();
}

double mean_acceleration(std::span<const double> values) {
  Influence influence;
  const double centre = mean(values);
  for (const double value : values) influence.add(value - centre);
  return influence.acceleration();
}

}  // namespace joulemark::stats
