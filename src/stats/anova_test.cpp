// SPDX-License-Identifier: Apache-2.0
// Analyses of variance against R and SciPy, their invariances, and data that allow none.
#include "stats/anova.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "stats/golden_csv_test.h"
#include "stats/near_test.h"
#include "stats/welch_t.h"

namespace joulemark::stats {
namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

TEST(Anova, AgreesWithTheGoldenValues) {
  for (const golden::Row& row : golden::rows_of("anova")) {
    const TestResult test = anova(golden::groups_of(row.at("dataset"))).test;
    expect_relative(test.statistic, golden::number(row.at("statistic")), 1e-10);
    expect_relative(test.p, golden::number(row.at("p")), 1e-8);
    EXPECT_EQ(test.df1, golden::number(row.at("df1")));
    EXPECT_EQ(test.df2, golden::number(row.at("df2")));
  }
  for (const golden::Row& row : golden::rows_of("eta_squared")) {
    const OneWayAnova result = anova(golden::groups_of(row.at("dataset")));
    expect_relative(result.eta_squared, golden::number(row.at("statistic")), 1e-10);
    expect_relative(result.omega_squared, golden::extra(row, "omega2"), 1e-10);
  }
}

TEST(WelchAnova, AgreesWithTheGoldenValues) {
  for (const golden::Row& row : golden::rows_of("welch_anova")) {
    const TestResult test = welch_anova(golden::groups_of(row.at("dataset")));
    expect_relative(test.statistic, golden::number(row.at("statistic")), 1e-10);
    EXPECT_EQ(test.df1, golden::number(row.at("df1")));
    expect_relative(test.df2, golden::number(row.at("df2")), 1e-10);
    expect_relative(test.p, golden::number(row.at("p")), 1e-8);
  }
}

TEST(Anova, AgreesWithSciPyOnUnequalSizes) {
  expect_relative(anova(samples::kGroups).test.statistic, 0.468280207472359, 1e-12);
  expect_relative(anova(samples::kGroups).test.p, 0.6349287488527862, 1e-12);
  expect_relative(welch_anova(samples::kGroups).statistic, 0.7684245871700177, 1e-12);
  expect_relative(welch_anova(samples::kGroups).df2, 8.1744637146722621, 1e-12);
  expect_relative(welch_anova(samples::kGroups).p, 0.4945369225106178, 1e-12);
}

TEST(Anova, SquaresAddUp) {
  const OneWayAnova result = anova(samples::kGroups);
  std::vector<double> all;
  for (const auto& group : samples::kGroups) all.insert(all.end(), group.begin(), group.end());
  const Moments total = moments(all);
  const double squares = total.variance * (total.n - 1);
  expect_relative(result.ss_between + result.ss_within, squares, 1e-14);
  const double error = result.ss_within / result.test.df2;
  expect_relative(result.epsilon_squared, (result.ss_between - 2 * error) / squares, 1e-12);
  EXPECT_LT(result.epsilon_squared, result.omega_squared);  // both below 0 here
  EXPECT_LT(result.omega_squared, 0);
}

TEST(Anova, OrderScaleAndShiftDoNotMatter) {
  std::vector<std::vector<double>> mixed = {samples::kZ, samples::kX, samples::kY};
  for (std::vector<double>& group : mixed) std::reverse(group.begin(), group.end());
  const std::vector<std::vector<double>> moved = samples::moved(samples::kGroups, -8, 1024);
  expect_relative(anova(mixed).test.p, anova(samples::kGroups).test.p, 1e-12);
  expect_relative(anova(moved).test.p, anova(samples::kGroups).test.p, 1e-12);
  expect_relative(welch_anova(mixed).p, welch_anova(samples::kGroups).p, 1e-12);
  expect_relative(welch_anova(moved).p, welch_anova(samples::kGroups).p, 1e-12);
}

TEST(WelchAnova, OfTwoGroupsIsWelchsT) {
  const std::vector<std::vector<double>> two = {samples::kX, samples::kZ};
  const TestResult t = welch_t(samples::kX, samples::kZ).test;
  expect_relative(welch_anova(two).statistic, t.statistic * t.statistic, 1e-13);
  expect_relative(welch_anova(two).df2, t.df1, 1e-13);
  expect_relative(welch_anova(two).p, t.p, 1e-12);
}

TEST(Anova, DegenerateDataAreNamed) {
  const std::vector<std::vector<double>> one = {samples::kX};
  const std::vector<std::vector<double>> ones = {{1}, {2}, {3}};
  const std::vector<std::vector<double>> nan = {samples::kX, {1, kNaN, 3}};
  const std::vector<std::vector<double>> constant = {std::vector<double>(10, 0.1),
                                                     std::vector<double>(10, 0.7)};
  const std::vector<std::vector<double>> huge = {{1e300, -1e300}, {1, 2}};
  EXPECT_EQ(anova(Groups()).test.outcome, Outcome::kTooFew);
  EXPECT_EQ(welch_anova({}).outcome, Outcome::kTooFew);
  EXPECT_EQ(anova(one).test.outcome, Outcome::kTooFew);
  EXPECT_EQ(anova(ones).test.outcome, Outcome::kTooFew);
  EXPECT_EQ(welch_anova(ones).outcome, Outcome::kTooFew);
  EXPECT_EQ(anova(nan).test.outcome, Outcome::kNotFinite);
  EXPECT_EQ(welch_anova(nan).outcome, Outcome::kNotFinite);
  EXPECT_EQ(anova(huge).test.outcome, Outcome::kNotFinite);
  EXPECT_EQ(anova(constant).test.outcome, Outcome::kConstant);
  EXPECT_TRUE(std::isnan(anova(constant).test.p));
  EXPECT_TRUE(std::isnan(anova(constant).eta_squared));
}

TEST(Anova, OneConstantOrSingleValueIsNoObstacle) {
  const std::vector<std::vector<double>> some = {samples::kX, {0.1, 0.1, 0.1}};
  EXPECT_EQ(anova(some).test.outcome, Outcome::kOk);
  EXPECT_EQ(welch_anova(some).outcome, Outcome::kConstant);
  const std::vector<std::vector<double>> single = {samples::kX, {9}};
  EXPECT_EQ(anova(single).test.outcome, Outcome::kOk);
  EXPECT_EQ(anova(single).test.df2, 5);
}

}  // namespace
}  // namespace joulemark::stats
