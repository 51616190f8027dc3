// SPDX-License-Identifier: Apache-2.0
// t statistics referred to the studentized range.
#include "stats/pairwise_means.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "stats/anova.h"
#include "stats/mean_difference.h"
#include "stats/moments.h"

namespace joulemark::stats {
namespace {

/// The quantile of the last degrees of freedom is kept: they are the same in every pair of Tukey's.
class Comparer {
 public:
  Comparer(StudentizedRange& range, double level) : range_(range), level_(level) {}

  PairwiseMean compare(const MeanDifference& difference) {
    PairwiseMean pair;
    pair.b = 1;
    pair.test.outcome = difference.outcome;
    if (difference.outcome != Outcome::kOk) {
      pair.difference = interval_around(difference, 0);
      return pair;
    }
    const double t = difference.estimate / difference.standard_error;
    pair.test.statistic = t;
    pair.test.df1 = range_.k();
    pair.test.df2 = difference.df;
    pair.test.p = range_.sf(std::numbers::sqrt2 * std::abs(t), difference.df);
    pair.test = if_finite(pair.test);
    const double q = quantile(difference.df);
    pair.difference =
        interval_around(difference, q / std::numbers::sqrt2 * difference.standard_error);
    return pair;
  }

 private:
  double quantile(double df) {
    if (df != df_) quantile_ = range_.quantile(level_, df);
    df_ = df;
    return quantile_;
  }

  StudentizedRange& range_;
  double level_;
  double df_ = 0;
  double quantile_ = 0;
};

/// difference(i, j) of each pair of groups, compared.
template <class Difference>
std::vector<PairwiseMean> all_pairs(std::size_t groups, double level, Difference difference) {
  const bool too_many = groups > static_cast<std::size_t>(StudentizedRange::kMaxK);
  StudentizedRange range(too_many ? 0 : static_cast<int>(groups));
  Comparer comparer(range, level);
  std::vector<PairwiseMean> pairs;
  for (std::size_t i = 0; i < groups && !too_many; ++i) {
    for (std::size_t j = i + 1; j < groups; ++j) {
      PairwiseMean& pair = pairs.emplace_back(comparer.compare(difference(i, j)));
      pair.a = i;
      pair.b = j;
    }
  }
  return pairs;
}

}  // namespace

std::vector<PairwiseMean> games_howell(Groups groups, double level) {
  const std::vector<Moments> of = moments(groups);
  return all_pairs(of.size(), level,
                   [&](std::size_t i, std::size_t j) { return welch_difference(of[i], of[j]); });
}

PairwiseMean games_howell(std::span<const double> a, std::span<const double> b,
                          StudentizedRange& range, double level) {
  return Comparer(range, level).compare(welch_difference(moments(a), moments(b)));
}

std::vector<PairwiseMean> tukey_hsd(Groups groups, double level) {
  const std::vector<Moments> of = moments(groups);
  const OneWayAnova pooled = anova(of);
  return all_pairs(of.size(), level, [&](std::size_t i, std::size_t j) {
    MeanDifference difference;
    difference.estimate = of[i].mean - of[j].mean;
    difference.outcome = pooled.test.outcome;
    if (pooled.test.outcome != Outcome::kOk) return difference;
    difference.df = pooled.test.df2;
    const double error = pooled.ss_within / pooled.test.df2;
    difference.standard_error = std::sqrt(error * (1 / of[i].n + 1 / of[j].n));
    return difference;
  });
}

}  // namespace joulemark::stats
