// SPDX-License-Identifier: Apache-2.0
// Intervals of one sample. It is sorted before anything is drawn, so that its order cannot matter.
#include "stats/bootstrap.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <vector>

#include "base/random.h"
#include "stats/bca.h"
#include "stats/descriptive.h"
#include "stats/resample.h"

namespace joulemark::stats {
namespace {

constexpr std::size_t kMinValues = 3;

/// A sample in ascending order, and why there is nothing to resample; kOk when there is.
struct Sorted {
  std::vector<double> values;
  Outcome outcome;
};

Outcome obstacle(std::span<const double> sorted) {
  if (sorted.size() < kMinValues) return Outcome::kTooFew;
  if (sorted.front() == sorted.back()) return Outcome::kConstant;
  return Outcome::kOk;
}

Sorted sort(std::span<const double> values) {
  Sorted sorted = {{values.begin(), values.end()}, Outcome::kNotFinite};
  if (!all_finite(values)) return sorted;
  std::sort(sorted.values.begin(), sorted.values.end());
  sorted.outcome = obstacle(sorted.values);
  return sorted;
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

/// The statistic without each value in turn.
std::vector<double> leave_one_out(std::span<const double> values, const Statistic& statistic) {
  std::vector<double> rest(values.begin() + 1, values.end());
  std::vector<double> result;
  result.reserve(values.size());
  for (std::size_t i = 0; i < values.size(); ++i) {
    result.push_back(statistic(rest));
    if (i < rest.size()) rest[i] = values[i];
  }
  return result;
}

std::vector<double> draw(std::span<const double> values, const Statistic& statistic,
                         const BootstrapOptions& options) {
  Random random(options.seed);
  std::vector<double> resample(values.size());
  std::vector<double> draws(static_cast<std::size_t>(options.resamples));
  for (double& result : draws) {
    for (double& value : resample) value = values[random.below(values.size())];
    result = statistic(resample);
  }
  return draws;
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
  const auto [sorted, outcome] = sort(values);
  if (outcome != Outcome::kOk) return without_resampling(sorted, statistic, outcome);
  std::vector<double> draws = draw(sorted, statistic, options);
  const std::vector<double> left_out[] = {leave_one_out(sorted, statistic)};
  return bca_of_draws(draws, {.estimate = statistic(sorted),
                              .acceleration = jackknife_acceleration(left_out),
                              .resolution = 0.5 / options.resamples,
                              .level = options.level});
}

Interval bca_mean(std::span<const double> values, const BootstrapOptions& options) {
  assert(options.resamples > 0 && options.level > 0 && options.level < 1);
  const auto [sorted, outcome] = sort(values);
  if (outcome != Outcome::kOk) return without_resampling(sorted, mean, outcome);
  Random random(options.seed);
  std::vector<double> draws = resampled_means(sorted, options.resamples, random);
  return bca_of_draws(draws,
                      {.estimate = mean(sorted),
                       .acceleration = mean_acceleration(sorted),
                       .resolution = 0.5 / options.resamples,
                       .level = options.level,
                       .scale = std::max(std::abs(sorted.front()), std::abs(sorted.back()))});
}

Interval bca_median(std::span<const double> values, double level) {
  const auto [sorted, outcome] = sort(values);
  if (outcome != Outcome::kOk) return without_resampling(sorted, median, outcome);
  return bca_of_atoms(median_distribution(sorted), {.estimate = sorted_median(sorted),
                                                    .acceleration = median_acceleration(sorted),
                                                    .resolution = 1e-12,
                                                    .level = level});
}

}  // namespace joulemark::stats
