// SPDX-License-Identifier: Apache-2.0
// Shapiro–Wilk against R, its invariances, and data that allow none.
#include "stats/shapiro_wilk.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>

#include "base/random.h"
#include "stats/distribution.h"
#include "stats/golden_csv_test.h"
#include "stats/near_test.h"

namespace joulemark::stats {
namespace {

TEST(ShapiroWilk, AgreesWithTheGoldenValues) {
  for (const golden::Row& row : golden::rows_of("shapiro")) {
    const auto groups = golden::data_set(row.at("dataset"));
    const TestResult result = shapiro_wilk(groups.at(row.at("group_a")));
    expect_relative(result.statistic, golden::number(row.at("statistic")), 1e-10);
    expect_relative(result.p, golden::number(row.at("p")), 1e-8);
  }
}

/// R's ppoints(): probabilities of n plotting positions.
std::vector<double> positions(std::size_t n) {
  const double a = n <= 10 ? 0.375 : 0.5;
  std::vector<double> result;
  for (std::size_t i = 1; i <= n; ++i)
    result.push_back((static_cast<double>(i) - a) / (static_cast<double>(n) + 1 - 2 * a));
  return result;
}

TEST(ShapiroWilk, AgreesWithRForEveryNumberOfValues) {
  for (const golden::Row& row : golden::read_csv("tests/data/stats-golden/shapiro_grid.csv")) {
    const bool normal = row.at("seed") == "qnorm(ppoints)";
    std::vector<double> values = positions(std::stoul(row.at("n")));
    for (double& value : values) value = normal ? normal_quantile(value) : -std::log1p(-value);
    const TestResult result = shapiro_wilk(values);
    expect_relative(result.statistic, golden::number(row.at("W")), 1e-12, row.at("n"));
    // Where W is 1 but for rounding, so is p.
    expect_relative(result.p, golden::number(row.at("p")), 1e-7, row.at("n"));
  }
}

TEST(ShapiroWilk, AgreesWithROnTies) {
  expect_relative(shapiro_wilk(samples::kX).statistic, 0.9399859348924642, 1e-12);
  expect_relative(shapiro_wilk(samples::kX).p, 0.6590855046219125, 1e-10);
  expect_relative(shapiro_wilk(samples::kY).statistic, 0.8785842426450751, 1e-12);
  expect_relative(shapiro_wilk(samples::kY).p, 0.3029446359422426, 1e-10);
  expect_relative(shapiro_wilk(samples::kZ).statistic, 0.8589891251173147, 1e-12);
  expect_relative(shapiro_wilk(samples::kZ).p, 0.1482628185162558, 1e-10);
}

TEST(ShapiroWilk, OrderScaleAndShiftDoNotMatter) {
  const TestResult result = shapiro_wilk(samples::kZ);
  std::vector<double> reversed(samples::kZ.rbegin(), samples::kZ.rend());
  EXPECT_EQ(shapiro_wilk(reversed).p, result.p);
  expect_relative(shapiro_wilk(samples::moved(samples::kZ, 1e-9, 0)).p, result.p, 1e-12);
  expect_relative(shapiro_wilk(samples::moved(samples::kZ, -3, 100)).p, result.p, 1e-12);
}

TEST(ShapiroWilk, OneObjectServesAllSamplesOfASize) {
  const ShapiroWilk ten(10);
  for (const auto& group : golden::groups_of("phi2_cpu_CPU_energy"))
    EXPECT_EQ(ten.test(group).p, shapiro_wilk(group).p);
  EXPECT_EQ(ten.test(samples::kZ).outcome, Outcome::kUnbalanced);
}

TEST(ShapiroWilk, RejectsNormalDataAsOftenAsItSays) {
  Random random(3);
  constexpr int kSimulations = 4000;
  for (const std::size_t n : {8, 30}) {
    const ShapiroWilk test(n);
    int rejected = 0;
    for (int i = 0; i < kSimulations; ++i) {
      std::vector<double> values(n);
      for (double& value : values) value = random.normal();
      if (test.test(values).p < 0.05) ++rejected;
    }
    EXPECT_NEAR(rejected / double{kSimulations}, 0.05, 0.012);
  }
}

TEST(ShapiroWilk, DegenerateDataAreNamed) {
  const std::vector<double> two = {1, 2};
  EXPECT_EQ(shapiro_wilk({}).outcome, Outcome::kTooFew);
  EXPECT_EQ(shapiro_wilk(two).outcome, Outcome::kTooFew);
  const std::vector<double> same(10, 0.1);
  EXPECT_EQ(shapiro_wilk(same).outcome, Outcome::kConstant);
  EXPECT_TRUE(std::isnan(shapiro_wilk(same).p));
  std::vector<double> many(5001);
  for (std::size_t i = 0; i < many.size(); ++i) many[i] = static_cast<double>(i);
  EXPECT_EQ(shapiro_wilk(many).outcome, Outcome::kTooMany);
  many.pop_back();
  EXPECT_EQ(shapiro_wilk(many).outcome, Outcome::kOk);
  const std::vector<double> nan = {1, 2, std::numeric_limits<double>::quiet_NaN(), 4};
  EXPECT_EQ(shapiro_wilk(nan).outcome, Outcome::kNotFinite);
  const std::vector<double> huge = {-1e300, 2, 1e300, 4};
  EXPECT_EQ(shapiro_wilk(huge).outcome, Outcome::kNotFinite);
  const std::vector<double> even = {1, 2, 3};
  EXPECT_NEAR(shapiro_wilk(even).p, 1, 1e-6);
  const std::vector<double> tied = {1, 1, 2};
  EXPECT_NEAR(shapiro_wilk(tied).statistic, 0.75, 1e-15);
  EXPECT_NEAR(shapiro_wilk(tied).p, 0, 1e-15);
}

}  // namespace
}  // namespace joulemark::stats
