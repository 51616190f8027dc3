// SPDX-License-Identifier: Apache-2.0
#include "worker/steadiness.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <optional>

#include "stats/descriptive.h"
#include "stats/trend.h"

namespace joulemark::worker {
namespace {

constexpr double kMaxScatter = 0.05;
constexpr double kMaxTrend = 0.01;
constexpr double kTrendP = 0.05;
constexpr double kMadToSd = 1.4826;
/// Steps that are kept: a likeness that lies further back tells of another state.
constexpr std::size_t kMostSteps = 4096;

/// A step and the one before it at the same position.
struct Pair {
  std::size_t older_at;
  double older;
  double newer;
};

std::vector<Pair> pairs_of(std::span<const StepTime> steps, std::size_t count) {
  const auto newest = steps.last(std::min(count, steps.size() / 2));
  const auto before = steps.first(steps.size() - newest.size());
  std::vector<bool> used(before.size());
  std::vector<Pair> pairs;
  for (const StepTime& step : newest)
    for (std::size_t i = before.size(); i-- > 0;) {
      if (used[i] || !before[i].is_like(step)) continue;
      used[i] = true;
      pairs.push_back({i, before[i].ns, step.ns});
      break;
    }
  return pairs;
}

double median_of(const std::vector<Pair>& pairs, double Pair::*side) {
  std::vector<double> values;
  for (const Pair& pair : pairs) values.push_back(pair.*side);
  return stats::median(values);
}

/// Older and newer steps in the order of time, without what their positions cost.
std::vector<double> without_positions(std::vector<Pair> pairs) {
  const double older = median_of(pairs, &Pair::older);
  const double newer = median_of(pairs, &Pair::newer);
  const auto cost = [&](const Pair& pair) { return (pair.older / older + pair.newer / newer) / 2; };
  std::vector<double> newest;
  for (const Pair& pair : pairs) newest.push_back(pair.newer / cost(pair));
  std::ranges::sort(pairs, {}, &Pair::older_at);
  std::vector<double> all;
  for (const Pair& pair : pairs) all.push_back(pair.older / cost(pair));
  all.insert(all.end(), newest.begin(), newest.end());
  return all;
}

Steadiness rule(double scatter, std::span<const double> values, double center) {
  const double per_step = stats::theil_sen(values).slope.estimate;
  const double trend = per_step * static_cast<double>(values.size() - 1) / center;
  const auto test = stats::mann_kendall(values).test;
  const bool has_trend = std::abs(trend) > kMaxTrend && test.p <= kTrendP;
  return {.steady = scatter <= kMaxScatter && !has_trend, .scatter = scatter, .trend = trend};
}

std::optional<Steadiness> judge_pairs(std::vector<Pair> pairs) {
  if (pairs.size() < kFewestSteadyRecords) return std::nullopt;
  const std::vector<double> values = without_positions(std::move(pairs));
  const double center = stats::median(values);
  // What a position costs is the mean of two steps, which takes half of their variance with it.
  const double scatter = std::numbers::sqrt2 * kMadToSd * stats::mad(values) / center;
  return rule(scatter, values, center);
}

}  // namespace

Steadiness judge(std::span<const double> call_ns) {
  if (call_ns.size() < kFewestSteadyRecords) return {};
  const double center = stats::median(call_ns);
  if (!(center > 0)) return {};
  return rule(kMadToSd * stats::mad(call_ns) / center, call_ns, center);
}

void StepHistory::add(const StepTime& step) {
  if (steps_.size() == 2 * kMostSteps)
    steps_.erase(steps_.begin(), steps_.begin() + static_cast<std::ptrdiff_t>(kMostSteps));
  steps_.push_back(step);
}

Steadiness StepHistory::judge_last(std::size_t count) const {
  std::vector<double> times;
  for (const StepTime& step : std::span(steps_).last(std::min(count, steps_.size())))
    times.push_back(step.ns);
  const Steadiness plain = judge(times);
  if (plain.steady) return plain;
  return judge_pairs(pairs_of(steps_, count)).value_or(plain);
}

}  // namespace joulemark::worker
