// SPDX-License-Identifier: Apache-2.0
#include "stats/race.h"

#include <algorithm>
#include <cmath>

#include "stats/distribution.h"
#include "stats/two_way.h"

namespace joulemark::stats {
namespace {

using Table = std::span<const std::vector<double>>;

/// Below, one noisy treatment is too large a part of what all have in common.
constexpr std::size_t kFewestForPrior = 8;
/// What all treatments together say of one is worth one observation more of its own, and not the
/// many that they have: the variances of configurations differ hundredfold.
constexpr double kPriorDf = 1;

/// A variance estimate and its degrees of freedom, which need not be whole.
struct Variance {
  double value = 0;
  double df = 0;  ///< 0: nothing is known
};

Variance pooled(const std::vector<Variance>& variances) {
  Variance sum;
  std::size_t known = 0;
  for (const Variance& each : variances) {
    sum.value += each.df * each.value;
    sum.df += each.df;
    known += each.df > 0 ? 1 : 0;
  }
  if (known < kFewestForPrior) return {};
  return {.value = sum.value / sum.df, .df = kPriorDf};
}

/// The mean of both by their degrees of freedom.
Variance moderated(const Variance& own, const Variance& prior) {
  const double df = own.df + prior.df;
  return {.value = (own.df * own.value + prior.df * prior.value) / df, .df = df};
}

/// Treatments with a value, for each block.
std::vector<double> widths(Table values) {
  std::vector<double> width(values.empty() ? 0 : values.front().size(), 0.0);
  for (const std::vector<double>& row : values)
    for (std::size_t block = 0; block < row.size(); ++block)
      if (has_logarithm(row[block])) width[block] += 1;
  return width;
}

/// What remains of one treatment's values. A block alone with its treatment leaves nothing; of m
/// treatments the fit takes 1/m of the squares, which is given back, and of two the residuals are
/// the same number twice, which the degrees of freedom count once.
struct Residuals {
  double blocks = 0;
  Variance variance;
};
Residuals residuals(const std::vector<double>& row, double effect, const TwoWayFit& fit,
                    const std::vector<double>& width) {
  Residuals result;
  double squares = 0;
  double independent = 0;
  for (std::size_t block = 0; block < row.size(); ++block) {
    if (!has_logarithm(row[block]) || width[block] < 2) continue;
    const double share = 1 - 1 / width[block];
    const double rest = std::log(row[block]) - effect - fit.blocks[block];
    squares += rest * rest / share;
    independent += share;
    result.blocks += 1;
  }
  if (result.blocks < 2) return result;
  result.variance = {.value = squares / (result.blocks - 1),
                     .df = independent * (result.blocks - 1) / result.blocks};
  return result;
}

double tail_of(const RaceLook::Options& options) {
  const auto k = static_cast<double>(options.treatments);
  const double spent = options.error / (options.look * (options.look + 1.0));
  return spent / std::max(k * (k - 1), 1.0);
}

}  // namespace

RaceLook::RaceLook(Table values, const Options& options) : tail_(tail_of(options)) {
  const TwoWayFit fit = fit_two_way(values);
  const std::vector<double> width = widths(values);
  std::vector<Residuals> all;
  std::vector<Variance> variances;
  for (std::size_t i = 0; i < values.size(); ++i) {
    all.push_back(residuals(values[i], fit.treatments[i], fit, width));
    variances.push_back(all.back().variance);
  }
  const Variance prior = pooled(variances);
  for (std::size_t i = 0; i < values.size(); ++i) {
    Arm& arm = arms_.emplace_back();
    if (all[i].blocks < 2) continue;
    const Variance variance = moderated(all[i].variance, prior);
    arm = {.effect = fit.treatments[i],
           .squared_error = variance.value / all[i].blocks,
           .df = variance.df};
  }
}

Interval RaceLook::ratio(std::size_t a, std::size_t b) const {
  const Arm& one = arms_[a];
  const Arm& other = arms_[b];
  Interval interval;
  if (!(one.df > 0) || !(other.df > 0)) return interval;
  const double difference = one.effect - other.effect;
  interval.estimate = std::exp(difference);
  const double squared = one.squared_error + other.squared_error;
  double half = 0;
  if (squared > 0) {
    const double df = squared * squared /
                      (one.squared_error * one.squared_error / one.df +
                       other.squared_error * other.squared_error / other.df);
    half = -t_quantile(df, tail_) * std::sqrt(squared);
  }
  const double lo = std::exp(difference - half);
  const double hi = std::exp(difference + half);
  if (lo == 0 || !std::isfinite(hi)) return interval;
  interval.lo = lo;
  interval.hi = hi;
  interval.outcome = half > 0 ? Outcome::kOk : Outcome::kConstant;
  return interval;
}

}  // namespace joulemark::stats
