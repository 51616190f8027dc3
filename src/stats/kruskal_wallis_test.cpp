// SPDX-License-Identifier: Apache-2.0
// Kruskal–Wallis and Dunn's pairs: golden values, SciPy, invariances, degenerate data.
#include "stats/kruskal_wallis.h"

#include "stats/dunn.h"
#include "stats/golden_csv_test.h"
#include "stats/rank_samples_test.h"

namespace joulemark::stats {
namespace {

using rank_samples::expect_relative;
using rank_samples::kNaN;

TEST(KruskalWallis, AgreesWithTheGoldenValues) {
  for (const golden::Row& row : golden::rows_of("kruskal")) {
    SCOPED_TRACE(row.at("dataset"));
    const KruskalWallis result = kruskal_wallis(golden::groups_of(row.at("dataset")));
    EXPECT_EQ(result.test.outcome, Outcome::kOk);
    expect_relative(result.test.statistic, golden::number(row.at("statistic")));
    EXPECT_EQ(result.test.df1, golden::number(row.at("df1")));
    expect_relative(result.test.p, golden::number(row.at("p")));
    expect_relative(result.epsilon_squared, golden::extra(row, "epsilon2"));
    expect_relative(result.eta_squared, golden::extra(row, "eta2_H"));
  }
}

TEST(KruskalWallis, AgreesWithSciPyOnTies) {
  const KruskalWallis result = kruskal_wallis(rank_samples::kTied);
  expect_relative(result.test.statistic, 8.81589649463759);
  expect_relative(result.test.p, 0.012180143351911357);
  EXPECT_TRUE(std::isnan(result.test.df2));
}

TEST(KruskalWallis, ForgetsOrderScaleAndShift) {
  std::vector<std::vector<double>> groups = rank_samples::kTied;
  const KruskalWallis first = kruskal_wallis(groups);
  for (auto& group : groups) group = rank_samples::moved(rank_samples::reversed(group), 3, -7);
  std::swap(groups[0], groups[2]);
  expect_relative(kruskal_wallis(groups).test.statistic, first.test.statistic, 1e-14);
}

TEST(KruskalWallis, DegenerateDataAreNamed) {
  const auto test = [](const std::vector<std::vector<double>>& groups) {
    const KruskalWallis result = kruskal_wallis(groups);
    EXPECT_TRUE(std::isnan(result.test.p) && std::isnan(result.test.statistic));
    EXPECT_TRUE(std::isnan(result.epsilon_squared) && std::isnan(result.eta_squared));
    EXPECT_EQ(dunn(groups).outcome, result.test.outcome);
    EXPECT_TRUE(dunn(groups).pairs.empty());
    return result.test.outcome;
  };
  EXPECT_EQ(test({}), Outcome::kTooFew);
  EXPECT_EQ(test({{1, 2}, {}}), Outcome::kTooFew);
  EXPECT_EQ(test({{0, 0}, {0, 0}}), Outcome::kConstant);
  EXPECT_EQ(test({{1, kNaN}, {1, 2}}), Outcome::kNotFinite);
}

TEST(KruskalWallis, SeparatedGroupsGiveTheGreatestH) {
  const KruskalWallis result =
      kruskal_wallis(std::vector<std::vector<double>>{{1, 2, 3}, {4, 5, 6}, {7, 8, 9}});
  expect_relative(result.test.statistic, 7.2);  // by hand
  expect_relative(result.epsilon_squared, 0.9);
}

TEST(Dunn, AgreesWithTheGoldenValues) {
  for (const golden::Row& row : golden::rows_of("dunn")) {
    SCOPED_TRACE(row.at("dataset") + " " + row.at("group_a") + " " + row.at("group_b"));
    std::vector<std::string> names;
    for (const auto& [name, values] : golden::data_set(row.at("dataset"))) names.push_back(name);
    const GroupRanks ranks = rank_groups(golden::groups_of(row.at("dataset")));
    const PairTests holm = dunn(ranks);
    const PairTests discovery = dunn(ranks, Adjustment::kBenjaminiHochberg);
    const PairTests bonferroni = dunn(ranks, Adjustment::kBonferroni);
    ASSERT_EQ(holm.pairs.size(), names.size() * (names.size() - 1) / 2);
    std::size_t i = 0;
    while (names[holm.pairs[i].a] != row.at("group_a") ||
           names[holm.pairs[i].b] != row.at("group_b"))
      ++i;
    expect_relative(holm.pairs[i].statistic, golden::number(row.at("statistic")));
    expect_relative(holm.pairs[i].p, golden::number(row.at("p")));
    expect_relative(holm.pairs[i].adjusted_p, golden::extra(row, "holm"));
    expect_relative(discovery.pairs[i].adjusted_p, golden::extra(row, "bh"));
    expect_relative(bonferroni.pairs[i].adjusted_p, golden::extra(row, "bonferroni"));
  }
}

TEST(Dunn, AgreesWithScikitPosthocsOnTies) {
  const PairTests result = dunn(rank_samples::kTied);
  ASSERT_EQ(result.pairs.size(), 3u);
  expect_relative(result.pairs[0].p, 0.00603542483338621);
  expect_relative(result.pairs[1].p, 0.6978768710727834);
  expect_relative(result.pairs[2].p, 0.035650644833404035);
  expect_relative(result.pairs[0].adjusted_p, 0.01810627450015863);
  expect_relative(result.pairs[2].adjusted_p, 0.07130128966680807);
}

TEST(Dunn, SwappingGroupsTurnsTheSign) {
  std::vector<std::vector<double>> groups = rank_samples::kTied;
  const PairTest before = dunn(groups).pairs[0];
  EXPECT_LT(before.statistic, 0);  // the second group's values are greater
  std::swap(groups[0], groups[1]);
  const PairTest after = dunn(groups).pairs[0];
  EXPECT_EQ(after.statistic, -before.statistic);
  EXPECT_EQ(after.p, before.p);
}

}  // namespace
}  // namespace joulemark::stats
