// SPDX-License-Identifier: Apache-2.0
// Tests of variances as tests of distances.
#include "stats/equal_variances.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "stats/anova.h"
#include "stats/descriptive.h"
#include "stats/distribution.h"
#include "stats/moments.h"
#include "stats/ranks.h"

namespace joulemark::stats {
namespace {

Outcome usable(std::span<const Moments> groups) {
  Outcome outcome = groups.size() < 2 ? Outcome::kTooFew : Outcome::kOk;
  for (const Moments& group : groups) {
    if (group.outcome == Outcome::kNotFinite) return group.outcome;
    if (group.outcome != Outcome::kOk) outcome = group.outcome;
  }
  return outcome;
}

TestResult none(Outcome outcome) {
  TestResult result;
  result.outcome = outcome;
  return result;
}

TestResult chi_squared_test(double statistic, double df) {
  TestResult result;
  result.statistic = statistic;
  result.df1 = df;
  result.p = chi_squared_sf(df, std::max(statistic, 0.0));
  result.outcome = Outcome::kOk;
  return if_finite(result);
}

double largest_of(std::span<const double> values) {
  double largest = 0;
  for (const double value : values) largest = std::max(largest, std::abs(value));
  return largest;
}

/// Moments of |x − centre|; a variance that rounding of x explains is none.
Moments of_distances(const std::vector<double>& group, double centre) {
  std::vector<double> distances = group;
  for (double& value : distances) value = std::abs(value - centre);
  Moments result = moments(distances);
  if (is_rounding(std::sqrt(result.variance), largest_of(group))) result.variance = 0;
  return result;
}

struct Scored {
  double value;
  std::size_t group;
};

/// Half the sum of the two middle values: not quantile()'s formula, whose rounding makes other ties
/// than R's.
double middle(std::vector<double> values) {
  const auto upper = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), upper, values.end());
  if (values.size() % 2 == 1) return *upper;
  return (*std::max_element(values.begin(), upper) + *upper) / 2;
}

/// The half-normal quantiles of the distances' midranks.
std::vector<Scored> scores(Groups groups) {
  std::vector<double> distances;
  std::vector<Scored> items;
  for (std::size_t i = 0; i < groups.size(); ++i) {
    const double centre = middle(groups[i]);
    for (const double value : groups[i]) {
      distances.push_back(std::abs(value - centre));
      items.push_back({0, i});
    }
  }
  const Ranks ranks = midranks(distances);
  const auto n = static_cast<double>(items.size());
  for (std::size_t i = 0; i < items.size(); ++i)
    items[i].value = normal_quantile((1 + ranks.ranks[i] / (n + 1)) / 2);
  return items;
}

}  // namespace

TestResult levene(Groups groups, Centre centre) {
  const std::vector<Moments> of = moments(groups);
  const Outcome outcome = usable(of);
  if (outcome != Outcome::kOk) return none(outcome);
  std::vector<Moments> distances;
  for (std::size_t i = 0; i < groups.size(); ++i) {
    const double from = centre == Centre::kMean ? of[i].mean : median(groups[i]);
    distances.push_back(of_distances(groups[i], from));
  }
  return anova(distances).test;
}

TestResult bartlett(Groups groups) {
  const std::vector<Moments> of = moments(groups);
  const Outcome outcome = usable(of);
  if (outcome != Outcome::kOk) return none(outcome);
  double df = 0;
  double squares = 0;
  double inverses = 0;
  for (const Moments& group : of) {
    if (group.variance == 0) return none(Outcome::kConstant);
    df += group.n - 1;
    squares += (group.n - 1) * group.variance;
    inverses += 1 / (group.n - 1);
  }
  const double pooled = squares / df;
  double logs = 0;
  for (const Moments& group : of) logs += (group.n - 1) * std::log(pooled / group.variance);
  const auto k = static_cast<double>(of.size());
  const double correction = 1 + (inverses - 1 / df) / (3 * (k - 1));
  return chi_squared_test(logs / correction, k - 1);
}

TestResult fligner_killeen(Groups groups) {
  const Outcome outcome = usable(moments(groups));
  if (outcome != Outcome::kOk) return none(outcome);
  const std::vector<Scored> items = scores(groups);
  const auto n = static_cast<double>(items.size());
  double centre = 0;
  for (const Scored& item : items) centre += item.value / n;
  std::vector<double> sums(groups.size());
  double squares = 0;
  for (const Scored& item : items) {
    sums[item.group] += item.value - centre;
    squares += (item.value - centre) * (item.value - centre);
  }
  if (items.front().value == items.back().value) return none(Outcome::kConstant);
  double between = 0;
  for (std::size_t i = 0; i < sums.size(); ++i)
    between += sums[i] * sums[i] / static_cast<double>(groups[i].size());
  return chi_squared_test(between / (squares / (n - 1)), static_cast<double>(sums.size()) - 1);
}

}  // namespace joulemark::stats
