// SPDX-License-Identifier: Apache-2.0
// Each sample gives its resampled means or medians, and their ratio or difference is taken last.
#include "stats/bootstrap_pair.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <cstdint>
#include <limits>
#include <optional>
#include <vector>

#include "base/random.h"
#include "stats/bca.h"
#include "stats/bootstrap_samples.h"
#include "stats/descriptive.h"
#include "stats/resample.h"

namespace joulemark::stats {
namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
constexpr std::size_t kMinValues = 3;

/// The mean or median of one sample, of its resamples, and without each value.
struct Located {
  double estimate = kNaN;
  std::vector<double> draws;
  std::vector<double> left_out;
};

Located locate_mean(std::span<const double> sorted, int resamples, Random random) {
  Located located = {mean(sorted), resampled_means(sorted, resamples, random), {}};
  double sum = 0;
  for (const double value : sorted) sum += value;
  for (const double value : sorted)
    located.left_out.push_back((sum - value) / static_cast<double>(sorted.size() - 1));
  return located;
}

/// Without value i, the values beyond it move down one rank.
double median_without(std::span<const double> sorted, std::size_t i) {
  const auto value = [&](std::size_t rank) { return sorted[rank < i ? rank : rank + 1]; };
  const std::size_t n = sorted.size() - 1;
  return n % 2 == 1 ? value(n / 2) : (value(n / 2 - 1) + value(n / 2)) / 2;
}

Located locate_median(std::span<const double> sorted, int resamples, Random random) {
  Located located = {sorted_median(sorted), resampled_medians(sorted, resamples, random), {}};
  for (std::size_t i = 0; i < sorted.size(); ++i)
    located.left_out.push_back(median_without(sorted, i));
  return located;
}

/// Of the logarithms of positive values; exp does not change their order.
Located locate_geometric_mean(std::span<const double> sorted_logs, int resamples, Random random) {
  Located located = locate_mean(sorted_logs, resamples, random);
  located.estimate = std::exp(located.estimate);
  for (double& value : located.draws) value = std::exp(value);
  for (double& value : located.left_out) value = std::exp(value);
  return located;
}

double location_of(std::span<const double> values, Location location) {
  if (location == Location::kMean) return mean(values);
  return location == Location::kMedian ? median(values) : geometric_mean(values);
}

Located locate(std::span<const double> sorted, Location location, const BootstrapOptions& options,
               std::uint64_t stream) {
  const Random random(options.seed, stream);
  if (location == Location::kMean) return locate_mean(sorted, options.resamples, random);
  if (location == Location::kMedian) return locate_median(sorted, options.resamples, random);
  std::vector<double> logs(sorted.begin(), sorted.end());
  for (double& value : logs) value = std::log(value);
  return locate_geometric_mean(logs, options.resamples, random);
}

/// Values in ascending order; no values where one is not finite, or not positive and a logarithm
/// is wanted.
std::optional<std::vector<double>> sort(std::span<const double> values, Location location) {
  std::vector<double> sorted(values.begin(), values.end());
  if (!all_finite(values)) return std::nullopt;
  std::sort(sorted.begin(), sorted.end());
  const bool logarithmic = location == Location::kGeometricMean;
  if (logarithmic && !sorted.empty() && !(sorted.front() > 0)) return std::nullopt;
  return sorted;
}

/// NaN for a ratio whose denominator has not the sign that `estimate` has.
double contrast_of(double a, double b, const Comparand& what, double estimate) {
  if (what.contrast == Contrast::kDifference) return a - b;
  const bool same_sign = estimate > 0 ? b > 0 : b < 0;
  return same_sign ? a / b : kNaN;
}

Interval combine(Located a, const Located& b, const Comparand& what,
                 const BootstrapOptions& options) {
  const auto contrast = [&](double x, double y) { return contrast_of(x, y, what, b.estimate); };
  for (std::size_t i = 0; i < a.draws.size(); ++i) a.draws[i] = contrast(a.draws[i], b.draws[i]);
  std::vector<double> left_out[2];
  for (const double value : a.left_out) left_out[0].push_back(contrast(value, b.estimate));
  for (const double value : b.left_out) left_out[1].push_back(contrast(a.estimate, value));
  const double estimate = contrast(a.estimate, b.estimate);
  const double scale = what.contrast == Contrast::kRatio
                           ? std::abs(estimate)
                           : std::max(std::abs(a.estimate), std::abs(b.estimate));
  return bca_of_draws(a.draws, {.estimate = estimate,
                                .acceleration = jackknife_acceleration(left_out),
                                .resolution = 0.5 / options.resamples,
                                .level = options.level,
                                .scale = scale});
}

/// What there is to say without resampling.
Interval point(std::span<const double> a, std::span<const double> b, const Comparand& what,
               Outcome outcome) {
  const double denominator = location_of(b, what.location);
  Interval interval;
  interval.outcome = outcome;
  interval.estimate = contrast_of(location_of(a, what.location), denominator, what, denominator);
  if (outcome != Outcome::kConstant) return interval;
  interval.lo = interval.hi = interval.estimate;
  if (std::isnan(interval.estimate)) interval.outcome = Outcome::kNotFinite;
  return interval;
}

}  // namespace

Interval bca_two_samples(std::span<const double> a, std::span<const double> b,
                         const Comparand& what, const BootstrapOptions& options) {
  assert(options.resamples > 0 && options.level > 0 && options.level < 1);
  const auto sorted_a = sort(a, what.location);
  const auto sorted_b = sort(b, what.location);
  if (!sorted_a || !sorted_b) return {.outcome = Outcome::kNotFinite};
  if (a.size() < kMinValues || b.size() < kMinValues) return point(a, b, what, Outcome::kTooFew);
  if (sorted_a->front() == sorted_a->back() && sorted_b->front() == sorted_b->back())
    return point(a, b, what, Outcome::kConstant);
  return combine(locate(*sorted_a, what.location, options, 0),
                 locate(*sorted_b, what.location, options, 1), what, options);
}

Interval bca_ratio_of_means(std::span<const double> a, std::span<const double> b,
                            const BootstrapOptions& options) {
  return bca_two_samples(a, b, {Location::kMean, Contrast::kRatio}, options);
}

Interval bca_ratio_of_medians(std::span<const double> a, std::span<const double> b,
                              const BootstrapOptions& options) {
  return bca_two_samples(a, b, {Location::kMedian, Contrast::kRatio}, options);
}

Interval bca_difference_of_means(std::span<const double> a, std::span<const double> b,
                                 const BootstrapOptions& options) {
  return bca_two_samples(a, b, {Location::kMean, Contrast::kDifference}, options);
}

Interval bca_difference_of_medians(std::span<const double> a, std::span<const double> b,
                                   const BootstrapOptions& options) {
  return bca_two_samples(a, b, {Location::kMedian, Contrast::kDifference}, options);
}

Interval bca_ratio_of_geometric_means(std::span<const double> a, std::span<const double> b,
                                      const BootstrapOptions& options) {
  return bca_two_samples(a, b, {Location::kGeometricMean, Contrast::kRatio}, options);
}

Interval bca_paired_ratio_of_geometric_means(std::span<const double> a, std::span<const double> b,
                                             const BootstrapOptions& options) {
  assert(options.resamples > 0 && options.level > 0 && options.level < 1);
  if (a.size() != b.size()) return {.outcome = Outcome::kUnbalanced};
  if (!sort(a, Location::kGeometricMean) || !sort(b, Location::kGeometricMean))
    return {.outcome = Outcome::kNotFinite};
  std::vector<double> logs;
  for (std::size_t i = 0; i < a.size(); ++i) logs.push_back(std::log(a[i]) - std::log(b[i]));
  std::sort(logs.begin(), logs.end());
  Interval interval = {.estimate = std::exp(mean(logs))};
  if (logs.size() < kMinValues) return interval;
  if (logs.front() == logs.back()) {
    interval.lo = interval.hi = interval.estimate;
    interval.outcome = Outcome::kConstant;
    return interval;
  }
  Located ratio = locate_geometric_mean(logs, options.resamples, Random(options.seed));
  return bca_of_draws(ratio.draws, {.estimate = ratio.estimate,
                                    .acceleration = jackknife_acceleration({&ratio.left_out, 1}),
                                    .resolution = 0.5 / options.resamples,
                                    .level = options.level,
                                    .scale = ratio.estimate});
}

Interval bca_paired_ratio_of_medians(std::span<const double> a, std::span<const double> b,
                                     const BootstrapOptions& options) {
  const std::vector<double> columns[] = {{a.begin(), a.end()}, {b.begin(), b.end()}};
  if (a.size() != b.size()) return {.outcome = Outcome::kUnbalanced};
  const double denominator = median(b);
  return bca_blocks(
      columns,
      [&](Groups groups) {
        return contrast_of(median(groups[0]), median(groups[1]), {.contrast = Contrast::kRatio},
                           denominator);
      },
      options);
}

}  // namespace joulemark::stats
