// SPDX-License-Identifier: Apache-2.0
// Pairwise comparisons against R, pingouin and SciPy, their invariances, and data that allow none.
#include "stats/pairwise_means.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "base/random.h"
#include "stats/anova.h"
#include "stats/golden_csv_test.h"
#include "stats/near_test.h"
#include "stats/welch_t.h"

namespace joulemark::stats {
namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

TEST(GamesHowell, AgreesWithTheGoldenValues) {
  for (const golden::Row& row : golden::rows_of("games_howell")) {
    const auto groups = golden::data_set(row.at("dataset"));
    StudentizedRange range(static_cast<int>(golden::number(row.at("df1"))));
    const TestResult test =
        games_howell(groups.at(row.at("group_a")), groups.at(row.at("group_b")), range).test;
    expect_relative(test.statistic, golden::number(row.at("statistic")), 1e-10);
    EXPECT_EQ(test.df1, golden::number(row.at("df1")));
    expect_relative(test.df2, golden::number(row.at("df2")), 1e-10);
    expect_relative(test.p, golden::extra(row, "p_exact"), 1e-8);
  }
}

TEST(GamesHowell, AgreesWithPingouinOnUnequalSizes) {
  const std::vector<PairwiseMean> pairs = games_howell(samples::kGroups);
  ASSERT_EQ(pairs.size(), 3);
  expect_relative(pairs[0].test.statistic, -1.207409190781118, 1e-12);
  expect_relative(pairs[0].test.df2, 5.5597756790922315, 1e-12);
  EXPECT_NEAR(pairs[0].test.p, 0.4945926345230491, 1e-9);
  EXPECT_NEAR(pairs[1].test.p, 0.8091016875568209, 1e-9);
  EXPECT_NEAR(pairs[2].test.p, 0.9239904911805894, 1e-9);
  EXPECT_EQ(pairs[2].a, 1);
  EXPECT_EQ(pairs[2].b, 2);
  EXPECT_NEAR(pairs[2].difference.estimate, 0.85, 1e-14);
}

TEST(TukeyHsd, AgreesWithSciPyOnUnequalSizes) {
  const std::vector<PairwiseMean> pairs = tukey_hsd(samples::kGroups);
  ASSERT_EQ(pairs.size(), 3);
  EXPECT_NEAR(pairs[0].test.p, 0.613512256239287, 1e-9);
  EXPECT_NEAR(pairs[1].test.p, 0.825472957729197, 1e-9);
  EXPECT_NEAR(pairs[2].test.p, 0.905292608247796, 1e-9);
  EXPECT_NEAR(pairs[0].difference.lo, -7.330670759712192, 1e-9);
  EXPECT_NEAR(pairs[0].difference.hi, 3.380670759712193, 1e-9);
  EXPECT_EQ(pairs[0].test.df2, 15);
}

TEST(PairwiseMeans, OfTwoGroupsAreTTests) {
  const std::vector<std::vector<double>> two = {samples::kX, samples::kZ};
  const TTest welch = welch_t(samples::kX, samples::kZ);
  const PairwiseMean games = games_howell(two).front();
  expect_relative(games.test.p, welch.test.p, 1e-13);
  expect_relative(games.difference.lo, welch.difference.lo, 1e-12);
  expect_relative(tukey_hsd(two).front().test.p, anova(two).test.p, 1e-12);
}

TEST(PairwiseMeans, AnIntervalEndsAtZeroWhereItsLevelIsOneMinusP) {
  for (const auto test :
       {static_cast<std::vector<PairwiseMean> (*)(Groups, double)>(games_howell), tukey_hsd}) {
    const double p = test(samples::kGroups, 0.95)[0].test.p;
    const Interval interval = test(samples::kGroups, 1 - p)[0].difference;
    EXPECT_NEAR(interval.hi, 0, 1e-11);
    EXPECT_NEAR(interval.lo, 2 * interval.estimate, 1e-11);
  }
}

TEST(PairwiseMeans, OrderScaleAndShiftDoNotMatter) {
  std::vector<std::vector<double>> mixed = {samples::kZ, samples::kX, samples::kY};
  for (std::vector<double>& group : mixed) std::reverse(group.begin(), group.end());
  const auto moved = samples::moved(samples::kGroups, -8, 1024);
  for (const auto test :
       {static_cast<std::vector<PairwiseMean> (*)(Groups, double)>(games_howell), tukey_hsd}) {
    const std::vector<PairwiseMean> pairs = test(samples::kGroups, 0.95);
    const std::vector<PairwiseMean> others = test(mixed, 0.95);
    expect_relative(others[0].test.statistic, -pairs[1].test.statistic, 1e-12);
    expect_relative(others[0].difference.lo, -pairs[1].difference.hi, 1e-12);
    expect_relative(others[2].test.p, pairs[0].test.p, 1e-12);
    expect_relative(test(moved, 0.95)[0].test.p, pairs[0].test.p, 1e-12);
    expect_relative(test(moved, 0.95)[0].difference.lo, -8 * pairs[0].difference.hi, 1e-12);
  }
}

TEST(GamesHowell, AllIntervalsHoldTogether) {
  Random random(5);
  constexpr int kSimulations = 600;
  int all_hold = 0;
  for (int i = 0; i < kSimulations; ++i) {
    std::vector<std::vector<double>> groups(6);
    for (std::size_t j = 0; j < groups.size(); ++j)
      for (int n = 0; n < 10; ++n)
        groups[j].push_back(static_cast<double>(j + 1) * random.normal());
    bool hold = true;
    for (const PairwiseMean& pair : games_howell(groups))
      hold = hold && pair.difference.lo <= 0 && pair.difference.hi >= 0;
    if (hold) ++all_hold;
  }
  EXPECT_NEAR(all_hold / double{kSimulations}, 0.95, 0.03);
}

TEST(GamesHowell, ADegeneratePairSpoilsNoOther) {
  const std::vector<std::vector<double>> groups = {
      samples::kX, std::vector<double>(10, 0.1), std::vector<double>(5, 0.7), {1}, {1, kNaN}};
  const std::vector<PairwiseMean> pairs = games_howell(groups);
  ASSERT_EQ(pairs.size(), 10);
  EXPECT_EQ(pairs[0].test.outcome, Outcome::kOk);
  EXPECT_EQ(pairs[0].test.df1, 5);
  EXPECT_EQ(pairs[2].test.outcome, Outcome::kTooFew);
  EXPECT_EQ(pairs[3].test.outcome, Outcome::kNotFinite);
  EXPECT_EQ(pairs[4].test.outcome, Outcome::kConstant);
  EXPECT_TRUE(std::isnan(pairs[4].test.p));
  EXPECT_NEAR(pairs[4].difference.lo, -0.6, 1e-15);
  EXPECT_EQ(pairs[9].test.outcome, Outcome::kNotFinite);
}

TEST(TukeyHsd, DegenerateDataAreNamedInEveryPair) {
  const std::vector<std::vector<double>> nan = {samples::kX, samples::kY, {1, kNaN}};
  const std::vector<std::vector<double>> constant = {{0.1, 0.1, 0.1}, {0.7, 0.7}};
  const std::vector<std::vector<double>> ones = {{1}, {2}};
  const std::vector<std::vector<double>> empty = {samples::kX, {}};
  for (const PairwiseMean& pair : tukey_hsd(nan)) EXPECT_EQ(pair.test.outcome, Outcome::kNotFinite);
  EXPECT_EQ(tukey_hsd(constant).at(0).test.outcome, Outcome::kConstant);
  EXPECT_EQ(tukey_hsd(ones).at(0).test.outcome, Outcome::kTooFew);
  EXPECT_EQ(tukey_hsd(empty).at(0).test.outcome, Outcome::kTooFew);
}

TEST(PairwiseMeans, FewerThanTwoGroupsAreNoPairs) {
  const std::vector<std::vector<double>> one = {samples::kX};
  EXPECT_TRUE(games_howell(Groups()).empty());
  EXPECT_TRUE(games_howell(one).empty());
  EXPECT_TRUE(tukey_hsd(one).empty());
}

}  // namespace
}  // namespace joulemark::stats
