// SPDX-License-Identifier: Apache-2.0
// The battery: that it holds what each method gives on its own, whatever the data.
#include "stats/battery.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <utility>

#include "base/random.h"
#include "stats/bootstrap.h"
#include "stats/bootstrap_pair.h"
#include "stats/brunner_munzel.h"
#include "stats/dunn.h"
#include "stats/equal_variances.h"
#include "stats/golden_test.h"
#include "stats/hodges_lehmann.h"
#include "stats/quantile_interval.h"
#include "stats/shapiro_wilk.h"

namespace joulemark::stats {
namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
using Samples = std::vector<std::vector<double>>;
using Blocks = std::vector<std::vector<std::size_t>>;

const Samples kThree = {golden::kOnnx, golden::kOpenvino, golden::kTorch};

/// Blocks 0, 1, 2, … of each group.
Blocks counted(const Samples& groups) {
  Blocks blocks;
  for (const auto& values : groups) {
    auto& list = blocks.emplace_back();
    for (std::size_t i = 0; i < values.size(); ++i) list.push_back(i);
  }
  return blocks;
}

Samples random_groups(std::size_t count, std::size_t n) {
  Random random(5);
  Samples groups(count);
  for (std::size_t g = 0; g < count; ++g)
    for (std::size_t i = 0; i < n; ++i)
      groups[g].push_back(100 + static_cast<double>(g) + random.normal());
  return groups;
}

void expect_same(const TestResult& a, const TestResult& b) {
  EXPECT_EQ(a.outcome, b.outcome);
  if (a.outcome != Outcome::kOk) return;
  EXPECT_DOUBLE_EQ(a.statistic, b.statistic);
  EXPECT_DOUBLE_EQ(a.p, b.p);
}

void expect_same(const Interval& a, const Interval& b) {
  EXPECT_EQ(a.outcome, b.outcome);
  if (!a.bounded()) return;
  EXPECT_DOUBLE_EQ(a.estimate, b.estimate);
  EXPECT_DOUBLE_EQ(a.lo, b.lo);
  EXPECT_DOUBLE_EQ(a.hi, b.hi);
}

TEST(Battery, HoldsOfEachGroupWhatEveryMethodGives) {
  const Battery battery = analyse(kThree, {}, {.resamples = 500, .seed = 3});
  ASSERT_EQ(battery.groups.size(), 3u);
  for (std::size_t g = 0; g < 3; ++g) {
    const GroupAnalysis& group = battery.groups[g];
    EXPECT_EQ(group.n, 10u);
    expect_same(group.shapiro_wilk, shapiro_wilk(kThree[g]));
    expect_same(group.bca_mean, bca_mean(kThree[g], {.seed = 3, .resamples = 500}));
    expect_same(group.bca_median, bca_median(kThree[g]));
    expect_same(group.median_ci, quantile_interval(kThree[g]).interval);
    expect_same(group.trend.test, mann_kendall(kThree[g]).test);
    EXPECT_LE(group.min, group.median);
    EXPECT_GE(group.max, group.median);
  }
  // R: t.test(onnx)$conf.int
  EXPECT_NEAR(battery.groups[0].mean_ci.lo, 473361.146544, 1e-3);
  EXPECT_NEAR(battery.groups[0].mean_ci.hi, 481153.855226, 1e-3);
}

TEST(Battery, HoldsOfAllGroupsWhatEveryTestGives) {
  const Battery battery = analyse(kThree, {});
  expect_same(battery.levene_median, levene(kThree, Centre::kMedian));
  expect_same(battery.levene_mean, levene(kThree, Centre::kMean));
  expect_same(battery.bartlett, bartlett(kThree));
  expect_same(battery.fligner, fligner_killeen(kThree));
  expect_same(battery.anova.test, anova(kThree).test);
  expect_same(battery.welch_anova, welch_anova(kThree));
  expect_same(battery.kruskal_wallis.test, kruskal_wallis(kThree).test);
  EXPECT_FALSE(battery.friedman);
}

TEST(Battery, HoldsOfEachPairWhatEveryMethodGives) {
  const Battery battery = analyse(kThree, {});
  const auto howell = games_howell(kThree);
  const auto tukey = tukey_hsd(kThree);
  const PairTests of_dunn = dunn(kThree);
  ASSERT_EQ(battery.pairs.size(), 3u);
  for (std::size_t i = 0; i < 3; ++i) {
    const PairAnalysis& pair = battery.pairs[i];
    const auto& a = kThree[pair.a];
    const auto& b = kThree[pair.b];
    expect_same(pair.welch.test, welch_t(a, b).test);
    expect_same(pair.games_howell.test, howell[i].test);
    expect_same(pair.games_howell.difference, howell[i].difference);
    expect_same(pair.tukey.test, tukey[i].test);
    EXPECT_DOUBLE_EQ(pair.dunn.statistic, of_dunn.pairs[i].statistic);
    EXPECT_DOUBLE_EQ(pair.dunn.adjusted_p, of_dunn.pairs[i].adjusted_p);
    expect_same(pair.mann_whitney.exact, mann_whitney(a, b).exact);
    expect_same(pair.hodges_lehmann, hodges_lehmann(a, b));
    expect_same(pair.brunner_munzel, brunner_munzel(a, b));
    expect_same(pair.cliffs_delta.delta, cliffs_delta(a, b).delta);
    EXPECT_DOUBLE_EQ(pair.effect_size.hedges_g, effect_size(a, b).hedges_g);
    EXPECT_FALSE(pair.paired);
  }
}

TEST(Battery, TakesItsBoundsFromTheSecondMeanOrTheOption) {
  const auto with_margin = analyse(kThree, {}, {.resamples = 200, .margin = 0.1});
  const double width = 0.1 * with_margin.groups[1].mean;
  const Equivalence expected =
      tost_welch(kThree[0], kThree[1], {.lo = -width, .hi = width}, 1 - 0.95);
  EXPECT_DOUBLE_EQ(with_margin.pairs[0].equivalence.p, expected.p);
  const auto with_bound = analyse(kThree, {}, {.resamples = 200, .bound = width});
  EXPECT_DOUBLE_EQ(with_bound.pairs[0].equivalence.p, expected.p);
}

TEST(Battery, BlocksAddThePairedTestsInAnyOrderOfTheValues) {
  const Battery battery = analyse(kThree, counted(kThree), {.resamples = 200});
  ASSERT_TRUE(battery.friedman);
  expect_same(battery.friedman->test, friedman(kThree).test);
  ASSERT_TRUE(battery.pairs[0].paired);
  const PairedAnalysis& paired = *battery.pairs[0].paired;
  EXPECT_EQ(paired.n, 10u);
  expect_same(paired.t.test, paired_t(kThree[0], kThree[1]).test);
  expect_same(paired.wilcoxon.exact, wilcoxon_signed_rank(kThree[0], kThree[1]).exact);
  const PairTests by_ranks = nemenyi(kThree);
  ASSERT_EQ(paired.nemenyi_outcome, Outcome::kOk);
  for (std::size_t i = 0; i < battery.pairs.size(); ++i)
    EXPECT_EQ(battery.pairs[i].paired->nemenyi.p, by_ranks.pairs[i].p);
  EXPECT_EQ(paired.conover_outcome, conover(kThree).outcome);

  Samples turned = kThree;
  Blocks blocks = counted(kThree);
  std::swap(turned[1][0], turned[1][7]);
  std::swap(blocks[1][0], blocks[1][7]);
  const Battery same = analyse(turned, blocks, {.resamples = 200});
  EXPECT_NEAR(same.pairs[0].paired->t.test.p / paired.t.test.p, 1, 1e-12);
  expect_same(same.friedman->test, battery.friedman->test);
}

TEST(Battery, PairsTakeTheBlocksThatBothHave) {
  const Samples groups = {{1, 2, 4}, {3, 4.5, 8, 9}, {7}};
  const Blocks blocks = {{0, 1, 2}, {2, 1, 0, 3}, {5}};
  const Battery battery = analyse(groups, blocks, {.resamples = 200});
  EXPECT_EQ(battery.friedman->test.outcome, Outcome::kUnbalanced);
  EXPECT_EQ(battery.pairs[0].paired->nemenyi_outcome, Outcome::kUnbalanced);
  EXPECT_EQ(battery.pairs[0].paired->n, 3u);
  EXPECT_DOUBLE_EQ(battery.pairs[0].paired->t.difference.estimate, 7.0 / 3 - 15.5 / 3);
  EXPECT_EQ(battery.pairs[1].paired->n, 0u);
  EXPECT_EQ(battery.pairs[1].paired->t.test.outcome, Outcome::kTooFew);
}

TEST(Battery, PairsWithTheLowestMeanAdjustForTheirOwnNumber) {
  const Samples groups = {{5, 6, 7}, {1, 2, 3.5}, {4, 4.5, 9}, {8, 8.5, 8.75}};
  const Battery battery = analyse(groups, {}, {.resamples = 200, .pairs = PairChoice::kWithLowest});
  EXPECT_FALSE(battery.all_pairs);
  ASSERT_EQ(battery.pairs.size(), 3u);
  EXPECT_EQ(battery.pairs[0].a, 0u);
  for (const PairAnalysis& pair : battery.pairs) {
    EXPECT_TRUE(pair.a == 1 || pair.b == 1);
    EXPECT_LT(pair.a, pair.b);
    EXPECT_EQ(pair.tukey.test.outcome, Outcome::kTooMany);
    EXPECT_DOUBLE_EQ(pair.dunn_bonferroni, std::min(1.0, 3 * pair.dunn.p));
  }
  // The studentized range is that of all groups, whichever pairs are shown.
  expect_same(battery.pairs[0].games_howell.test, games_howell(groups)[0].test);
}

TEST(Battery, ManyGroupsAreComparedWithTheLowestMeanAlone) {
  const auto most = random_groups(kMostGroupsInPairs, 3);
  EXPECT_EQ(analyse(most, {}, {.resamples = 100}).pairs.size(),
            kMostGroupsInPairs * (kMostGroupsInPairs - 1) / 2);
  const auto more = random_groups(kMostGroupsInPairs + 1, 3);
  EXPECT_EQ(analyse(more, {}, {.resamples = 100}).pairs.size(), kMostGroupsInPairs);
}

TEST(Battery, TheSeedChangesTheBootstrapAlone) {
  const Battery first = analyse(kThree, {}, {.resamples = 300, .seed = 1});
  const Battery again = analyse(kThree, {}, {.resamples = 300, .seed = 1});
  const Battery other = analyse(kThree, {}, {.resamples = 300, .seed = 2});
  expect_same(first.groups[0].bca_mean, again.groups[0].bca_mean);
  EXPECT_NE(first.groups[0].bca_mean.lo, other.groups[0].bca_mean.lo);
  expect_same(first.groups[0].bca_median, other.groups[0].bca_median);
  expect_same(first.groups[0].mean_ci, other.groups[0].mean_ci);
}

TEST(Battery, PairsAreResampledWhereAskedFor) {
  const Battery without = analyse(kThree, counted(kThree), {.resamples = 300});
  EXPECT_FALSE(without.pairs[0].resampled);
  EXPECT_FALSE(without.pairs[0].paired->resampled);
  EXPECT_FALSE(without.permutation);
  const BatteryOptions options{
      .resamples = 300, .seed = 3, .resampling = PairResampling::kAll, .quantiles = {0.9}};
  const Battery battery = analyse(kThree, counted(kThree), options);
  const auto& [a, b] = std::pair(kThree[0], kThree[1]);
  const PairAnalysis& pair = battery.pairs[0];
  expect_same(pair.resampled->permutation.test,
              permutation_test(a, b, {.seed = 3, .resamples = 300}).test);
  expect_same(pair.resampled->ratio_of_means, bca_ratio_of_means(a, b, {3, 300}));
  expect_same(pair.paired->resampled->permutation.test, permutation_test_paired(a, b).test);
  expect_same(pair.paired->resampled->ratio_of_geometric_means,
              bca_paired_ratio_of_geometric_means(a, b, {3, 300}));
  ASSERT_TRUE(battery.permutation);
  expect_same(battery.permutation->test,
              permutation_test_blocks(kThree, {.seed = 3, .resamples = 300}).test);
  EXPECT_EQ(battery.groups[0].quantiles[0].found.interval.estimate,
            quantile_interval(a, {.p = 0.9}).interval.estimate);
}

TEST(Battery, IncompleteBlocksAreNotPermuted) {
  const Samples groups = {{1, 2, 3}, {2, 3}};
  const Battery battery =
      analyse(groups, counted(groups), {.resamples = 300, .resampling = PairResampling::kAll});
  EXPECT_EQ(battery.permutation->test.outcome, Outcome::kUnbalanced);
}

TEST(Battery, DataWithoutAnAnswerGiveOutcomes) {
  const double huge = std::numeric_limits<double>::max();
  const std::vector<Samples> cases = {
      {},
      {{}},
      {{}, {}},
      {{1}, {2}},
      {{1, 1, 1}, {1, 1, 1}},
      {{1, 2}, {kNaN, 3}},
      {{1, 2, 3}, {HUGE_VAL, 1, 2}},
      {{huge, -huge, 0}, {huge, huge, 1}},
      {{5e-324, 1e-310, 0}, {1e-300, 2e-300, 3e-300}},
      {{1, 1, 2, 2}, {2, 2, 1, 1}, {1, 2, 1, 2}},
  };
  for (const Samples& groups : cases) {
    for (const Blocks& blocks : {Blocks(), counted(groups)}) {
      const Battery battery = analyse(groups, blocks, {.resamples = 100});
      EXPECT_EQ(battery.groups.size(), groups.size());
      for (const PairAnalysis& pair : battery.pairs)
        EXPECT_EQ(pair.welch.test.outcome == Outcome::kOk, std::isfinite(pair.welch.test.p));
    }
  }
}

TEST(Battery, AConstantGroupIsThatPoint) {
  const Samples groups = {{2, 2, 2}, {1, 2, 3}};
  const Battery battery = analyse(groups, {}, {.resamples = 100});
  EXPECT_EQ(battery.groups[0].mean_ci.outcome, Outcome::kConstant);
  EXPECT_EQ(battery.groups[0].mean_ci.lo, 2);
  EXPECT_EQ(battery.groups[0].mean_ci.hi, 2);
  EXPECT_EQ(battery.welch_anova.outcome, Outcome::kConstant);
  EXPECT_EQ(battery.pairs[0].welch.test.outcome, Outcome::kOk);
}

}  // namespace
}  // namespace joulemark::stats
