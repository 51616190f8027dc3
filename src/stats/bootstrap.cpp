// SPDX-License-Identifier: Apache-2.0
// One BCa formula over a weighted list of resampled statistics: drawn ones weigh the same, those of
// the median's exact distribution weigh their probability.
#include "stats/bootstrap.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <vector>

#include "base/random.h"
#include "stats/descriptive.h"
#include "stats/distribution.h"

namespace joulemark::stats {
namespace {

constexpr std::size_t kMinValues = 3;
/// Outcomes of a resample less probable than this are left out: together they cannot move a bound.
constexpr double kNegligible = 1e-13;

struct Atom {
  double value;
  double weight;
};

/// Why there is nothing to resample; kOk when there is.
Outcome obstacle(std::span<const double> sorted) {
  if (!all_finite(sorted)) return Outcome::kNotFinite;
  if (sorted.size() < kMinValues) return Outcome::kTooFew;
  if (sorted.front() == sorted.back()) return Outcome::kConstant;
  return Outcome::kOk;
}

Interval without_resampling(std::span<const double> values, const Statistic& statistic,
                            Outcome outcome) {
  Interval interval;
  interval.outcome = outcome;
  if (outcome == Outcome::kNotFinite || values.empty()) return interval;
  interval.estimate = statistic(values);
  if (outcome != Outcome::kConstant) return interval;
  interval.lo = interval.hi = interval.estimate;
  return interval;
}

/// Jackknife estimate of the acceleration (Efron 1987, eq. 6.6); 0 where no value has influence.
double acceleration(std::span<const double> values, const Statistic& statistic) {
  std::vector<double> left_out(values.begin() + 1, values.end());
  std::vector<double> jackknife;
  jackknife.reserve(values.size());
  for (std::size_t i = 0; i < values.size(); ++i) {
    jackknife.push_back(statistic(left_out));
    if (i < left_out.size()) left_out[i] = values[i];
  }
  const double centre = mean(jackknife);
  double squares = 0;
  double cubes = 0;
  for (const double value : jackknife) {
    const double influence = centre - value;
    squares += influence * influence;
    cubes += influence * influence * influence;
  }
  return squares > 0 ? cubes / (6 * std::pow(squares, 1.5)) : 0;
}

/// Φ⁻¹ of the weight below `estimate`, equal values counting half. Kept finite: a resample count
/// cannot show a probability nearer to 0 or 1 than `resolution`.
double bias_correction(std::span<const Atom> sorted, double estimate, double resolution) {
  double below = 0;
  double total = 0;
  for (const Atom& atom : sorted) {
    total += atom.weight;
    if (atom.value < estimate) below += atom.weight;
    if (atom.value == estimate) below += atom.weight / 2;
  }
  return normal_quantile(std::clamp(below / total, resolution, 1 - resolution));
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

struct Shape {
  double estimate;
  double acceleration;
  double resolution;
  double level;
};

Interval bca(std::vector<Atom> atoms, const Shape& shape) {
  std::sort(atoms.begin(), atoms.end(),
            [](const Atom& a, const Atom& b) { return a.value < b.value; });
  const double z0 = bias_correction(atoms, shape.estimate, shape.resolution);
  const auto bound = [&](double tail) {
    const double z = z0 + normal_quantile(tail);
    return weighted_quantile(atoms, normal_cdf(z0 + z / (1 - shape.acceleration * z)));
  };
  const double tail = (1 - shape.level) / 2;
  Interval interval;
  interval.estimate = shape.estimate;
  interval.lo = bound(tail);
  interval.hi = bound(1 - tail);
  interval.outcome = Outcome::kOk;
  return interval;
}

/// P(the k-th smallest of a resample is sorted[i]) for every i, ranks from 0, k from 1.
std::vector<double> order_statistic_probabilities(std::size_t n, std::size_t k) {
  std::vector<double> probability(n);
  double below = 0;
  for (std::size_t i = 0; i < n; ++i) {
    const double at_most =
        binomial_at_least(n, static_cast<double>(i + 1) / static_cast<double>(n), k);
    probability[i] = at_most - below;
    below = at_most;
  }
  return probability;
}

/// ln of F_i^m − F_{i−1}^m, where F_i = (i + 1)/n is the share of ranks up to i and m = n/2: all of
/// m draws fall there, and one of them on i. As a logarithm it does not underflow.
std::vector<double> log_touch_probabilities(std::size_t n) {
  const auto m = static_cast<double>(n) / 2;
  std::vector<double> result(n);
  for (std::size_t i = 0; i < n; ++i) {
    const auto rank = static_cast<double>(i);
    const double untouched = i == 0 ? 0 : std::pow(rank / (rank + 1), m);
    result[i] = m * std::log((rank + 1) / (2 * m)) + std::log1p(-untouched);
  }
  return result;
}

/// The distribution of the median of a resample of n = 2m values. The m-th smallest is sorted[i]
/// and the next sorted[j], i < j, when m draws fall on ranks ≤ i and touch i, and the other m on
/// ranks ≥ j and touch j: C(2m, m)·(F_i^m − F_{i−1}^m)·(G_j^m − G_{j+1}^m), G mirrored from F. What
/// is left of the m-th smallest's own probability is the case i = j.
std::vector<Atom> even_median_distribution(std::span<const double> sorted) {
  const std::size_t n = sorted.size();
  const auto m = static_cast<double>(n) / 2;
  const double log_choose = std::lgamma(2 * m + 1) - 2 * std::lgamma(m + 1);
  const std::vector<double> touch = log_touch_probabilities(n);
  const std::vector<double> alone = order_statistic_probabilities(n, n / 2);
  std::vector<Atom> atoms;
  for (std::size_t i = 0; i < n; ++i) {
    double rest = alone[i];
    for (std::size_t j = i + 1; j < n && rest > kNegligible; ++j) {
      const double weight = std::exp(log_choose + touch[i] + touch[n - 1 - j]);
      if (weight < kNegligible) break;  // they only shrink with j
      atoms.push_back({(sorted[i] + sorted[j]) / 2, weight});
      rest -= weight;
    }
    if (rest > kNegligible) atoms.push_back({sorted[i], rest});
  }
  return atoms;
}

std::vector<Atom> median_distribution(std::span<const double> sorted) {
  const std::size_t n = sorted.size();
  if (n % 2 == 0) return even_median_distribution(sorted);
  const std::vector<double> probability = order_statistic_probabilities(n, n / 2 + 1);
  std::vector<Atom> atoms;
  atoms.reserve(n);
  for (std::size_t i = 0; i < n; ++i) atoms.push_back({sorted[i], probability[i]});
  return atoms;
}

std::vector<Atom> draw(std::span<const double> values, const Statistic& statistic,
                       const BootstrapOptions& options) {
  Random random(options.seed);
  std::vector<double> resample(values.size());
  std::vector<Atom> atoms;
  atoms.reserve(static_cast<std::size_t>(options.resamples));
  for (int i = 0; i < options.resamples; ++i) {
    for (double& value : resample) value = values[random.below(values.size())];
    atoms.push_back({statistic(resample), 1});
  }
  return atoms;
}

double sorted_median(std::span<const double> sorted) {
  const std::size_t n = sorted.size();
  return n % 2 == 1 ? sorted[n / 2] : (sorted[n / 2 - 1] + sorted[n / 2]) / 2;
}

/// The acceleration of the median without n medians: for n = 2m + 1 leaving out any of the m lower
/// values gives one median, any of the m upper ones another, the middle one a third.
double median_acceleration(std::span<const double> sorted) {
  const std::size_t n = sorted.size();
  if (n % 2 == 0) return 0;  // two medians, equally often: no skewness
  const std::size_t middle = n / 2;
  const double times[] = {static_cast<double>(middle), static_cast<double>(middle), 1};
  const double medians[] = {(sorted[middle] + sorted[middle + 1]) / 2,
                            (sorted[middle - 1] + sorted[middle]) / 2,
                            (sorted[middle - 1] + sorted[middle + 1]) / 2};
  double centre = 0;
  for (int i = 0; i < 3; ++i) centre += times[i] * medians[i] / static_cast<double>(n);
  double squares = 0;
  double cubes = 0;
  for (int i = 0; i < 3; ++i) {
    const double influence = centre - medians[i];
    squares += times[i] * influence * influence;
    cubes += times[i] * influence * influence * influence;
  }
  return squares > 0 ? cubes / (6 * std::pow(squares, 1.5)) : 0;
}

}  // namespace

Interval bca_interval(std::span<const double> values, const Statistic& statistic,
                      const BootstrapOptions& options) {
  assert(options.resamples > 0 && options.level > 0 && options.level < 1);
  std::vector<double> sorted(values.begin(), values.end());
  if (!all_finite(sorted)) return without_resampling(sorted, statistic, Outcome::kNotFinite);
  std::sort(sorted.begin(), sorted.end());
  const Outcome outcome = obstacle(sorted);
  if (outcome != Outcome::kOk) return without_resampling(sorted, statistic, outcome);
  const double estimate = statistic(sorted);
  std::vector<Atom> atoms = draw(sorted, statistic, options);
  const double accelerated = acceleration(sorted, statistic);
  const bool defined = std::isfinite(estimate) && std::isfinite(accelerated) &&
                       std::all_of(atoms.begin(), atoms.end(),
                                   [](const Atom& atom) { return std::isfinite(atom.value); });
  if (!defined) return without_resampling({}, statistic, Outcome::kNotFinite);
  return bca(std::move(atoms), {.estimate = estimate,
                                .acceleration = accelerated,
                                .resolution = 0.5 / options.resamples,
                                .level = options.level});
}

Interval bca_median(std::span<const double> values, double level) {
  std::vector<double> sorted(values.begin(), values.end());
  if (!all_finite(sorted)) return without_resampling(sorted, median, Outcome::kNotFinite);
  std::sort(sorted.begin(), sorted.end());
  const Outcome outcome = obstacle(sorted);
  if (outcome != Outcome::kOk) return without_resampling(sorted, median, outcome);
  return bca(median_distribution(sorted), {.estimate = sorted_median(sorted),
                                           .acceleration = median_acceleration(sorted),
                                           .resolution = 1e-12,
                                           .level = level});
}

}  // namespace joulemark::stats
