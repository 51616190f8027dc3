// SPDX-License-Identifier: Apache-2.0
// Level by level from the lowest: variances of what is there, then means of it.
#include "stats/kalibera_jones.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <limits>

#include "base/random.h"
#include "stats/descriptive.h"
#include "stats/distribution.h"

namespace joulemark::stats {
namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
constexpr double kInfinity = std::numeric_limits<double>::infinity();

/// Whether the product of the counts is the number of values, without computing an overflow.
bool complete(const NestedValues& nested) {
  std::size_t left = nested.values.size();
  for (const std::size_t count : nested.counts) {
    if (count == 0 || left % count != 0) return false;
    left /= count;
  }
  return left == 1;
}

Outcome obstacle(const NestedValues& nested) {
  if (!all_finite(nested.values)) return Outcome::kNotFinite;
  if (nested.values.empty() || nested.counts.empty()) return Outcome::kTooFew;
  if (!complete(nested)) return Outcome::kUnbalanced;
  if (std::any_of(nested.counts.begin(), nested.counts.end(), [](auto r) { return r < 2; }))
    return Outcome::kTooFew;
  const auto [least, most] = std::minmax_element(nested.values.begin(), nested.values.end());
  return *least == *most ? Outcome::kConstant : Outcome::kOk;
}

/// S² of one level whose means stand in groups of `count`, and the groups' means in their place.
double reduce(std::vector<double>& means, std::size_t count) {
  std::vector<double> reduced;
  double sum = 0;
  for (std::size_t at = 0; at < means.size(); at += count) {
    const std::span<const double> group = std::span<const double>(means).subspan(at, count);
    reduced.push_back(mean(group));
    sum += variance(group);
  }
  means.swap(reduced);
  return sum / static_cast<double>(means.size());
}

std::vector<LevelVariance> level_variances(const NestedValues& nested) {
  std::vector<LevelVariance> levels(nested.counts.size());
  std::vector<double> means(nested.values.begin(), nested.values.end());
  double from_below = 0;
  for (std::size_t i = levels.size(); i-- > 0;) {
    levels[i].biased = reduce(means, nested.counts[i]);
    levels[i].own = levels[i].biased - from_below;
    from_below = levels[i].biased / static_cast<double>(nested.counts[i]);
  }
  return levels;
}

/// Sum of a resample of `values`, of which counts[0] equal parts are drawn with replacement.
double drawn_sum(const NestedValues& nested, Random& random) {
  const std::size_t count = nested.counts.front();
  const std::size_t part = nested.values.size() / count;
  double sum = 0;
  for (std::size_t i = 0; i < count; ++i) {
    const std::size_t at = random.below(count) * part;
    sum += part == 1
               ? nested.values[at]
               : drawn_sum({nested.values.subspan(at, part), nested.counts.subspan(1)}, random);
  }
  return sum;
}

double drawn_mean(const NestedValues& nested, Random& random) {
  return drawn_sum(nested, random) / static_cast<double>(nested.values.size());
}

/// kOk and kConstant allow an interval; the first of both that does not is the answer.
Outcome common_outcome(Outcome a, Outcome b) {
  if (a == Outcome::kConstant && b == Outcome::kConstant) return a;
  for (const Outcome outcome : {a, b})
    if (outcome != Outcome::kOk && outcome != Outcome::kConstant) return outcome;
  return Outcome::kOk;
}

double percentile(std::vector<double>& draws, double p) {
  const double probabilities[] = {p};
  return quantiles_in_place(std::span<double>(draws), probabilities).front();
}

}  // namespace

NestedSummary nested_summary(const NestedValues& nested, double level) {
  assert(level > 0 && level < 1);
  NestedSummary summary;
  Interval& interval = summary.mean;
  interval.outcome = obstacle(nested);
  if (interval.outcome == Outcome::kNotFinite || interval.outcome == Outcome::kUnbalanced)
    return summary;
  interval.estimate = mean(nested.values);
  if (interval.outcome == Outcome::kTooFew) return summary;
  summary.levels.resize(nested.counts.size());
  interval.lo = interval.hi = interval.estimate;
  if (interval.outcome == Outcome::kConstant) return summary;
  summary.levels = level_variances(nested);
  const auto top = static_cast<double>(nested.counts.front());
  const double half =
      t_quantile(top - 1, (1 + level) / 2) * std::sqrt(summary.levels.front().biased / top);
  if (!std::isfinite(half)) return {.mean = {.outcome = Outcome::kNotFinite}, .levels = {}};
  interval.lo -= half;
  interval.hi += half;
  return summary;
}

std::vector<double> optimal_repetitions(std::span<const LevelVariance> levels,
                                        std::span<const double> costs) {
  if (levels.size() < 2 || costs.size() != levels.size()) return {};
  std::vector<double> repetitions = {kNaN};
  for (std::size_t i = 1; i < levels.size(); ++i) {
    const double above = levels[i - 1].own;
    const double own = std::max(levels[i].own, 0.0);
    const double wanted = above > 0 ? std::sqrt(costs[i - 1] / costs[i] * own / above) : kInfinity;
    repetitions.push_back(own > 0 ? std::max(std::ceil(wanted), 1.0) : 1);
  }
  return repetitions;
}

Interval nested_ratio(const NestedValues& numerator, const NestedValues& denominator,
                      const BootstrapOptions& options) {
  assert(options.resamples > 0 && options.level > 0 && options.level < 1);
  Interval interval;
  interval.outcome = common_outcome(obstacle(numerator), obstacle(denominator));
  const double below = mean(denominator.values);
  const bool defined = interval.outcome != Outcome::kNotFinite &&
                       interval.outcome != Outcome::kUnbalanced && below != 0;
  if (defined) interval.estimate = mean(numerator.values) / below;
  if (interval.outcome == Outcome::kConstant) interval.lo = interval.hi = interval.estimate;
  if (below == 0) interval.outcome = Outcome::kNotFinite;
  if (interval.outcome != Outcome::kOk) return interval;
  Random random(options.seed);
  std::vector<double> draws(static_cast<std::size_t>(options.resamples));
  interval.outcome = Outcome::kNotFinite;
  for (double& draw : draws) {
    const double above = drawn_mean(numerator, random);
    const double under = drawn_mean(denominator, random);
    if (below > 0 ? !(under > 0) : !(under < 0)) return interval;
    draw = above / under;
  }
  if (!all_finite(draws)) return interval;
  interval.lo = percentile(draws, (1 - options.level) / 2);
  interval.hi = percentile(draws, (1 + options.level) / 2);
  interval.outcome = Outcome::kOk;
  return interval;
}

}  // namespace joulemark::stats
