// SPDX-License-Identifier: Apache-2.0
// What depends on sizes alone (weights, exact distributions, the studentized range) is made once.
#include "stats/battery.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>

#include "stats/battery_pairs.h"
#include "stats/bootstrap.h"
#include "stats/descriptive.h"
#include "stats/equal_variances.h"
#include "stats/mean_interval.h"
#include "stats/quantile_interval.h"
#include "stats/shapiro_wilk.h"

namespace joulemark::stats {
namespace {

class GroupAnalyser {
 public:
  explicit GroupAnalyser(const BatteryOptions& options) : options_(options) {}

  GroupAnalysis operator()(std::span<const double> values) {
    GroupAnalysis group;
    group.n = values.size();
    group.mean = mean(values);
    group.median = median(values);
    group.sd = sd(values);
    group.cv = cv(values);
    group.min = extreme(values, std::less<>());
    group.max = extreme(values, std::greater<>());
    const auto [weights, added] = weights_.try_emplace(values.size(), values.size());
    group.shapiro_wilk = weights->second.test(values);
    group.mean_ci = mean_interval(values, options_.level);
    group.bca_mean = bca_mean(values, {options_.seed, options_.resamples, options_.level});
    group.bca_median = bca_median(values, options_.level);
    group.median_ci = quantile_interval(values, {.p = 0.5, .level = options_.level}).interval;
    group.outliers = flag_by_modified_z(values);
    group.trend = mann_kendall(values);
    group.drift = theil_sen(values, options_.level);
    for (const double p : options_.quantiles)
      group.quantiles.push_back(
          {.p = p,
           .found = quantile_interval(values, {.p = p, .level = options_.level}),
           .conservative = conservative_percentile(values, {.percentile = p})});
    return group;
  }

 private:
  template <class Less>
  static double extreme(std::span<const double> values, Less before) {
    double result = std::numeric_limits<double>::quiet_NaN();
    for (const double value : values)
      if (std::isnan(result) || before(value, result)) result = value;
    return result;
  }

  const BatteryOptions& options_;
  std::map<std::size_t, ShapiroWilk> weights_;
};

/// treatments[i][j] in block j; nothing where a group lacks a block that another has.
using Treatments = std::optional<std::vector<std::vector<double>>>;

Treatments complete_blocks(Groups groups, std::span<const std::vector<std::size_t>> blocks) {
  std::size_t count = 0;
  for (const auto& list : blocks)
    for (const std::size_t block : list) count = std::max(count, block + 1);
  std::vector<std::vector<double>> treatments;
  for (std::size_t g = 0; g < groups.size(); ++g) {
    if (groups[g].size() != count) return std::nullopt;
    std::vector<double>& row = treatments.emplace_back(count);
    for (std::size_t i = 0; i < count; ++i) row[blocks[g][i]] = groups[g][i];
  }
  return treatments;
}

void take(const PairTests& tests, std::vector<PairAnalysis>& pairs, PairTest PairedAnalysis::*test,
          Outcome PairedAnalysis::*outcome) {
  for (std::size_t i = 0; i < pairs.size(); ++i) {
    (*pairs[i].paired).*outcome = tests.outcome;
    if (tests.outcome == Outcome::kOk) (*pairs[i].paired).*test = tests.pairs[i];
  }
}

void permute_in_blocks(const Treatments& treatments, const BatteryOptions& options,
                       Battery& battery) {
  if (options.resampling == PairResampling::kNone) return;
  battery.permutation.emplace();
  battery.permutation->test.outcome = Outcome::kUnbalanced;
  if (treatments)
    battery.permutation = permutation_test_blocks(
        *treatments, {.seed = options.seed, .resamples = options.resamples});
}

/// Friedman's test, and after it the pairs, where all of them are compared.
void rank_in_blocks(const Treatments& treatments, Battery& battery) {
  battery.friedman.emplace();
  battery.friedman->test.outcome = Outcome::kUnbalanced;
  if (treatments) battery.friedman = friedman(*treatments);
  if (!battery.all_pairs) return;
  PairTests incomplete;
  incomplete.outcome = Outcome::kUnbalanced;
  take(treatments ? nemenyi(*treatments) : incomplete, battery.pairs, &PairedAnalysis::nemenyi,
       &PairedAnalysis::nemenyi_outcome);
  take(treatments ? conover(*treatments) : incomplete, battery.pairs, &PairedAnalysis::conover,
       &PairedAnalysis::conover_outcome);
}

}  // namespace

Battery analyse(Groups groups, std::span<const std::vector<std::size_t>> blocks,
                const BatteryOptions& options) {
  Battery battery;
  GroupAnalyser analyser(options);
  for (const auto& values : groups) battery.groups.push_back(analyser(values));
  battery.levene_median = levene(groups, Centre::kMedian);
  battery.levene_mean = levene(groups, Centre::kMean);
  battery.bartlett = bartlett(groups);
  battery.fligner = fligner_killeen(groups);
  battery.anova = anova(groups);
  battery.welch_anova = welch_anova(groups);
  const GroupRanks ranks = rank_groups(groups);
  battery.kruskal_wallis = kruskal_wallis(ranks);
  battery.all_pairs = options.pairs == PairChoice::kAll ||
                      (options.pairs == PairChoice::kAuto && groups.size() <= kMostGroupsInPairs);
  battery.pairs =
      analyse_pairs({.groups = groups, .blocks = blocks, .ranks = ranks},
                    battery.all_pairs ? PairChoice::kAll : PairChoice::kWithLowest, options);
  if (blocks.empty()) return battery;
  const Treatments treatments = complete_blocks(groups, blocks);
  rank_in_blocks(treatments, battery);
  permute_in_blocks(treatments, options, battery);
  return battery;
}

}  // namespace joulemark::stats
