// SPDX-License-Identifier: Apache-2.0
// Tests of variances against R and SciPy, their invariances, and data that allow none.
#include "stats/equal_variances.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "stats/golden_csv_test.h"
#include "stats/near_test.h"

namespace joulemark::stats {
namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

TestResult levene_of_means(Groups groups) {
  return levene(groups, Centre::kMean);
}

TestResult levene_of_medians(Groups groups) {
  return levene(groups);
}

using VarianceTest = TestResult (*)(Groups);
constexpr VarianceTest kAll[] = {levene_of_means, levene_of_medians, bartlett, fligner_killeen};

void expect_golden(const std::string& name, VarianceTest test) {
  for (const golden::Row& row : golden::rows_of(name)) {
    const TestResult result = test(golden::groups_of(row.at("dataset")));
    expect_relative(result.statistic, golden::number(row.at("statistic")), 1e-10, name);
    expect_relative(result.p, golden::number(row.at("p")), 1e-8, name);
    EXPECT_EQ(result.df1, golden::number(row.at("df1")));
    if (row.at("df2").empty()) continue;
    EXPECT_EQ(result.df2, golden::number(row.at("df2")));
  }
}

TEST(EqualVariances, AgreeWithTheGoldenValues) {
  expect_golden("brown_forsythe_levene_median", levene_of_medians);
  expect_golden("levene_mean", levene_of_means);
  expect_golden("bartlett", bartlett);
  expect_golden("fligner", fligner_killeen);
}

TEST(EqualVariances, AgreeWithSciPyOnUnequalSizesAndTies) {
  const Groups groups = samples::kGroups;
  expect_relative(levene(groups).statistic, 1.6790956371543098, 1e-12);
  expect_relative(levene(groups).p, 0.21976587897721936, 1e-12);
  expect_relative(levene_of_means(groups).statistic, 4.5986453363395725, 1e-12);
  expect_relative(levene_of_means(groups).p, 0.027697073369847086, 1e-12);
  expect_relative(bartlett(groups).statistic, 4.095918607469859, 1e-12);
  expect_relative(bartlett(groups).p, 0.12899788066164355, 1e-12);
  expect_relative(fligner_killeen(groups).statistic, 3.6908745551649207, 1e-12);
  expect_relative(fligner_killeen(groups).p, 0.1579562350653036, 1e-12);
}

TEST(EqualVariances, OrderScaleAndShiftDoNotMatter) {
  std::vector<std::vector<double>> mixed = {samples::kZ, samples::kX, samples::kY};
  for (std::vector<double>& group : mixed) std::reverse(group.begin(), group.end());
  for (const VarianceTest test : kAll) {
    const TestResult result = test(samples::kGroups);
    expect_relative(test(mixed).p, result.p, 1e-12);
    expect_relative(test(samples::moved(samples::kGroups, -8, 1024)).p, result.p, 1e-12);
  }
}

TEST(EqualVariances, MeansDoNotMatter) {
  const std::vector<std::vector<double>> apart = {samples::moved(samples::kX, 1, 64), samples::kY,
                                                  samples::kZ};
  for (const VarianceTest test : kAll)
    expect_relative(test(apart).statistic, test(samples::kGroups).statistic, 1e-12);
}

TEST(EqualVariances, DegenerateDataAreNamed) {
  const std::vector<std::vector<double>> one = {samples::kX};
  const std::vector<std::vector<double>> single = {samples::kX, {1}};
  const std::vector<std::vector<double>> empty = {samples::kX, {}};
  const std::vector<std::vector<double>> nan = {samples::kX, {1, kNaN, 3}};
  const std::vector<std::vector<double>> constant = {std::vector<double>(10, 0.1),
                                                     std::vector<double>(10, 0.7)};
  for (const VarianceTest test : kAll) {
    EXPECT_EQ(test({}).outcome, Outcome::kTooFew);
    EXPECT_EQ(test(one).outcome, Outcome::kTooFew);
    EXPECT_EQ(test(single).outcome, Outcome::kTooFew);
    EXPECT_EQ(test(empty).outcome, Outcome::kTooFew);
    EXPECT_EQ(test(nan).outcome, Outcome::kNotFinite);
    EXPECT_EQ(test(constant).outcome, Outcome::kConstant);
    EXPECT_TRUE(std::isnan(test(constant).statistic));
    EXPECT_TRUE(std::isnan(test(constant).p));
  }
}

TEST(EqualVariances, GroupsOfTwoLeaveLeveneNoSpread) {
  const std::vector<std::vector<double>> twos = {{0.1, 0.3}, {0.7, 1.9}, {5.1, 5.2}};
  EXPECT_EQ(levene(twos).outcome, Outcome::kConstant);
  EXPECT_EQ(levene_of_means(twos).outcome, Outcome::kConstant);
  EXPECT_EQ(bartlett(twos).outcome, Outcome::kOk);
}

TEST(EqualVariances, OneConstantGroupLeavesBartlettNone) {
  const std::vector<std::vector<double>> one = {samples::kX, {0.1, 0.1, 0.1}};
  EXPECT_EQ(bartlett(one).outcome, Outcome::kConstant);
  EXPECT_EQ(levene(one).outcome, Outcome::kOk);
  EXPECT_EQ(fligner_killeen(one).outcome, Outcome::kOk);
}

}  // namespace
}  // namespace joulemark::stats
