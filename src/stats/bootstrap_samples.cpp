// SPDX-License-Identifier: Apache-2.0
// Any statistic of strata or blocks through the jackknife and a copy of each resample.
#include "stats/bootstrap_samples.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <numeric>
#include <vector>

#include "base/random.h"
#include "stats/bca.h"
#include "stats/descriptive.h"

namespace joulemark::stats {
namespace {

constexpr std::size_t kMinValues = 3;

using Samples = std::vector<std::vector<double>>;

bool constant(const std::vector<double>& values) {
  return std::all_of(values.begin(), values.end(),
                     [&](double value) { return value == values.front(); });
}

/// Why there is nothing to resample; kOk when there is.
Outcome obstacle(Groups samples) {
  for (const std::vector<double>& values : samples)
    if (!all_finite(values)) return Outcome::kNotFinite;
  if (samples.empty()) return Outcome::kTooFew;
  for (const std::vector<double>& values : samples)
    if (values.size() < kMinValues) return Outcome::kTooFew;
  return std::all_of(samples.begin(), samples.end(), constant) ? Outcome::kConstant : Outcome::kOk;
}

Interval without_resampling(Groups samples, const GroupStatistic& statistic, Outcome outcome) {
  Interval interval;
  interval.outcome = outcome;
  const bool defined = !samples.empty() && outcome != Outcome::kNotFinite &&
                       std::none_of(samples.begin(), samples.end(),
                                    [](const auto& values) { return values.empty(); });
  if (!defined) return interval;
  interval.estimate = statistic(samples);
  if (outcome != Outcome::kConstant) return interval;
  if (std::isfinite(interval.estimate)) {
    interval.lo = interval.hi = interval.estimate;
  } else {
    interval.outcome = Outcome::kNotFinite;
  }
  return interval;
}

/// The statistic without each value of sample k in turn.
std::vector<double> without_each(Groups samples, std::size_t k, const GroupStatistic& statistic) {
  Samples rest(samples.begin(), samples.end());
  rest[k].erase(rest[k].begin());
  std::vector<double> result;
  for (std::size_t i = 0; i < samples[k].size(); ++i) {
    result.push_back(statistic(rest));
    if (i < rest[k].size()) rest[k][i] = samples[k][i];
  }
  return result;
}

/// The statistic without each block in turn.
std::vector<double> without_each_block(Groups columns, const GroupStatistic& statistic) {
  Samples rest(columns.begin(), columns.end());
  for (std::vector<double>& column : rest) column.erase(column.begin());
  std::vector<double> result;
  for (std::size_t i = 0; i < columns.front().size(); ++i) {
    result.push_back(statistic(rest));
    for (std::size_t k = 0; k < rest.size(); ++k)
      if (i < rest[k].size()) rest[k][i] = columns[k][i];
  }
  return result;
}

/// Blocks in an order that depends on their values only.
Samples sorted_blocks(Groups columns) {
  std::vector<std::size_t> order(columns.front().size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    for (const std::vector<double>& column : columns)
      if (column[a] != column[b]) return column[a] < column[b];
    return false;
  });
  Samples sorted(columns.size());
  for (std::size_t k = 0; k < columns.size(); ++k)
    for (const std::size_t i : order) sorted[k].push_back(columns[k][i]);
  return sorted;
}

BcaShape shape_of(double estimate, double acceleration, const BootstrapOptions& options) {
  return {.estimate = estimate,
          .acceleration = acceleration,
          .resolution = 0.5 / options.resamples,
          .level = options.level};
}

}  // namespace

Interval bca_strata(Groups samples, const GroupStatistic& statistic,
                    const BootstrapOptions& options) {
  assert(options.resamples > 0 && options.level > 0 && options.level < 1);
  const Outcome outcome = obstacle(samples);
  if (outcome != Outcome::kOk) return without_resampling(samples, statistic, outcome);
  Samples sorted(samples.begin(), samples.end());
  for (std::vector<double>& values : sorted) std::sort(values.begin(), values.end());
  Samples left_out;
  for (std::size_t k = 0; k < sorted.size(); ++k)
    left_out.push_back(without_each(sorted, k, statistic));
  Random random(options.seed);
  Samples resample = sorted;
  std::vector<double> draws(static_cast<std::size_t>(options.resamples));
  for (double& draw : draws) {
    for (std::size_t k = 0; k < sorted.size(); ++k)
      for (double& value : resample[k]) value = sorted[k][random.below(sorted[k].size())];
    draw = statistic(resample);
  }
  return bca_of_draws(draws,
                      shape_of(statistic(sorted), jackknife_acceleration(left_out), options));
}

Interval bca_blocks(Groups columns, const GroupStatistic& statistic,
                    const BootstrapOptions& options) {
  assert(options.resamples > 0 && options.level > 0 && options.level < 1);
  Outcome outcome = obstacle(columns);
  const bool balanced = std::all_of(columns.begin(), columns.end(), [&](const auto& column) {
    return column.size() == columns.front().size();
  });
  if (!balanced && outcome != Outcome::kNotFinite) return {.outcome = Outcome::kUnbalanced};
  if (outcome != Outcome::kOk) return without_resampling(columns, statistic, outcome);
  const Samples sorted = sorted_blocks(columns);
  const std::vector<double> left_out[] = {without_each_block(sorted, statistic)};
  const std::size_t blocks = sorted.front().size();
  Random random(options.seed);
  Samples resample = sorted;
  std::vector<double> draws(static_cast<std::size_t>(options.resamples));
  for (double& draw : draws) {
    for (std::size_t i = 0; i < blocks; ++i) {
      const std::size_t block = random.below(blocks);
      for (std::size_t k = 0; k < sorted.size(); ++k) resample[k][i] = sorted[k][block];
    }
    draw = statistic(resample);
  }
  return bca_of_draws(draws,
                      shape_of(statistic(sorted), jackknife_acceleration(left_out), options));
}

}  // namespace joulemark::stats
