// SPDX-License-Identifier: Apache-2.0
// F from the groups' means and variances.
#include "stats/anova.h"

#include <cmath>
#include <vector>

#include "stats/distribution.h"

namespace joulemark::stats {
namespace {

Outcome usable(std::span<const Moments> groups, double least) {
  Outcome outcome = groups.size() < 2 ? Outcome::kTooFew : Outcome::kOk;
  for (const Moments& group : groups) {
    if (group.outcome == Outcome::kNotFinite) return Outcome::kNotFinite;
    if (group.n < least) outcome = Outcome::kTooFew;
  }
  return outcome;
}

TestResult none(Outcome outcome) {
  TestResult result;
  result.outcome = outcome;
  return result;
}

/// Σ weight (mean − centre)² about the weighted mean. The means' distances from the first one are
/// exact enough where the means themselves are large.
double weighted_squares(std::span<const Moments> groups, std::span<const double> weights) {
  const double origin = groups.front().mean;
  double total = 0;
  double centre = 0;
  for (std::size_t i = 0; i < groups.size(); ++i) {
    total += weights[i];
    centre += weights[i] * (groups[i].mean - origin);
  }
  centre /= total;
  double squares = 0;
  for (std::size_t i = 0; i < groups.size(); ++i) {
    const double distance = groups[i].mean - origin - centre;
    squares += weights[i] * distance * distance;
  }
  return squares;
}

TestResult f_test(double f, double df1, double df2) {
  TestResult result;
  result.statistic = f;
  result.df1 = df1;
  result.df2 = df2;
  result.p = f_sf(df1, df2, f);
  result.outcome = Outcome::kOk;
  return if_finite(result);
}

}  // namespace

OneWayAnova anova(Groups groups) {
  return anova(moments(groups));
}

OneWayAnova anova(std::span<const Moments> groups) {
  OneWayAnova result;
  result.test.outcome = usable(groups, 1);
  if (result.test.outcome != Outcome::kOk) return result;
  std::vector<double> sizes;
  double within = 0;
  double df_within = 0;
  for (const Moments& group : groups) {
    sizes.push_back(group.n);
    df_within += group.n - 1;
    if (group.n > 1) within += (group.n - 1) * group.variance;
  }
  if (df_within == 0 || within == 0) {
    result.test.outcome = df_within == 0 ? Outcome::kTooFew : Outcome::kConstant;
    return result;
  }
  const double df_between = static_cast<double>(groups.size()) - 1;
  const double between = weighted_squares(groups, sizes);
  const double error = within / df_within;
  result.test = f_test(between / df_between / error, df_between, df_within);
  if (result.test.outcome != Outcome::kOk) return result;
  const double explained = between - df_between * error;
  result.ss_between = between;
  result.ss_within = within;
  result.eta_squared = between / (between + within);
  result.omega_squared = explained / (between + within + error);
  result.epsilon_squared = explained / (between + within);
  return result;
}

TestResult welch_anova(Groups groups) {
  const std::vector<Moments> of = moments(groups);
  const Outcome outcome = usable(of, 2);
  if (outcome != Outcome::kOk) return none(outcome);
  std::vector<double> weights;
  double total = 0;
  for (const Moments& group : of) {
    if (group.variance == 0) return none(Outcome::kConstant);
    weights.push_back(group.n / group.variance);
    total += weights.back();
  }
  double doubt = 0;
  for (std::size_t i = 0; i < of.size(); ++i) {
    const double rest = 1 - weights[i] / total;
    doubt += rest * rest / (of[i].n - 1);
  }
  const auto k = static_cast<double>(of.size());
  const double lambda = 3 * doubt / (k * k - 1);
  const double f = weighted_squares(of, weights) / (k - 1) / (1 + 2 * (k - 2) * lambda / 3);
  return f_test(f, k - 1, 1 / lambda);
}

}  // namespace joulemark::stats
