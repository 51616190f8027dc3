// SPDX-License-Identifier: Apache-2.0
// Mann–Kendall against pymannkendall, Theil–Sen against SciPy, both against their definitions.
#include "stats/trend.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "base/random.h"

namespace joulemark::stats {
namespace {

const std::vector<double> kRising = {12.1, 12.4, 11.9, 12.4, 12.8, 12.7, 13.0,
                                     12.4, 13.1, 13.3, 12.9, 13.3, 13.8, 13.5};

TEST(MannKendall, AgreesWithPymannkendall) {
  const MannKendall result = mann_kendall(kRising);  // original_test
  EXPECT_EQ(result.test.outcome, Outcome::kOk);
  EXPECT_EQ(result.s, 67);
  EXPECT_NEAR(result.test.statistic / 3.6386977863718104, 1, 1e-14);
  EXPECT_NEAR(result.test.p / 0.00027402013554841742, 1, 1e-12);
  EXPECT_NEAR(result.tau, 0.73626373626373631, 1e-15);
  EXPECT_TRUE(std::isnan(result.test.df1));
}

TEST(MannKendall, CountsAllPairs) {
  Random random(1);
  for (std::size_t n = 3; n < 60; ++n) {
    std::vector<double> values;
    for (std::size_t i = 0; i < n; ++i) values.push_back(static_cast<double>(random.below(12)));
    std::int64_t s = 0;
    for (std::size_t i = 0; i < n; ++i)
      for (std::size_t j = i + 1; j < n; ++j)
        s += (values[j] > values[i] ? 1 : 0) - (values[j] < values[i] ? 1 : 0);
    EXPECT_EQ(mann_kendall(values).s, s) << n;
  }
}

TEST(MannKendall, FallingIsNegativeAndMonotoneFunctionsChangeNothing) {
  std::vector<double> falling;
  std::vector<double> curved;
  for (const double value : kRising) falling.push_back(-value);
  for (const double value : kRising) curved.push_back(std::exp(value));
  EXPECT_EQ(mann_kendall(falling).test.statistic, -mann_kendall(kRising).test.statistic);
  EXPECT_EQ(mann_kendall(falling).test.p, mann_kendall(kRising).test.p);
  EXPECT_EQ(mann_kendall(curved).test.p, mann_kendall(kRising).test.p);
}

TEST(MannKendall, LongSeriesKeepTheirSmallP) {
  std::vector<double> line(400);
  for (std::size_t i = 0; i < line.size(); ++i) line[i] = static_cast<double>(i % 200);
  const MannKendall result = mann_kendall(line);  // two rising halves
  EXPECT_EQ(result.s, 2 * (200 * 199 / 2));       // pairs between the halves cancel
  EXPECT_GT(result.test.p, 0);
  EXPECT_LT(result.test.p, 1e-40);
  std::vector<double> longer(10'000);
  for (std::size_t i = 0; i < longer.size(); ++i) longer[i] = -static_cast<double>(i);
  EXPECT_EQ(mann_kendall(longer).s, -10'000 * 9'999 / 2);
  std::vector<double> flat(1000, 1.0);
  flat.back() = 2;
  EXPECT_EQ(mann_kendall(flat).s, 999);
}

TEST(MannKendall, DegenerateDataAreNamed) {
  EXPECT_EQ(mann_kendall({}).test.outcome, Outcome::kTooFew);
  EXPECT_EQ(mann_kendall(std::vector<double>{1, 2}).test.outcome, Outcome::kTooFew);
  EXPECT_EQ(mann_kendall(std::vector<double>{1, 1, 1}).test.outcome, Outcome::kConstant);
  EXPECT_TRUE(std::isnan(mann_kendall(std::vector<double>{1, 1, 1}).test.p));
  EXPECT_EQ(mann_kendall(std::vector<double>{1, INFINITY, 3}).test.outcome, Outcome::kNotFinite);
  const MannKendall balanced = mann_kendall(std::vector<double>{1, 2, 1});
  EXPECT_EQ(balanced.test.statistic, 0);
  EXPECT_EQ(balanced.test.p, 1);
}

TEST(MannKendall, LevelIsKept) {
  Random random(8);
  int rejected = 0;
  constexpr int kSimulations = 4000;
  for (int i = 0; i < kSimulations; ++i) {
    std::vector<double> values;
    for (int k = 0; k < 20; ++k) values.push_back(random.normal());
    rejected += mann_kendall(values).test.p < 0.05 ? 1 : 0;
  }
  EXPECT_NEAR(rejected, 0.05 * kSimulations, 0.011 * kSimulations);
}

void expect_interval(const Interval& interval, double estimate, double lo, double hi) {
  EXPECT_EQ(interval.outcome, Outcome::kOk);
  EXPECT_NEAR(interval.estimate / estimate, 1, 1e-14);
  EXPECT_NEAR(interval.lo / lo, 1, 1e-14);
  EXPECT_NEAR(interval.hi / hi, 1, 1e-14);
}

TEST(TheilSen, AgreesWithScipy) {  // scipy.stats.theilslopes
  const std::vector<double> x = {1, 2, 2, 4, 5, 7, 7, 7, 9, 10, 11.5, 12, 14, 15};
  expect_interval(theil_sen(kRising).slope, 0.11250000000000004, 0.077777777777777696,
                  0.15555555555555559);
  expect_interval(theil_sen(kRising, 0.99).slope, 0.11250000000000004, 0.066666666666667027,
                  0.17500000000000027);
  EXPECT_NEAR(theil_sen(kRising).intercept, 12.11875, 1e-13);
  expect_interval(theil_sen(x, kRising).slope, 0.1111111111111111, 0.071428571428571425,
                  0.14000000000000021);
  expect_interval(theil_sen(x, kRising, 0.99).slope, 0.1111111111111111, 0.0625,
                  0.17142857142857132);
  EXPECT_NEAR(theil_sen(x, kRising).intercept, 12.072222222222223, 1e-13);
}

TEST(TheilSen, ManyPointsGiveTheSameAsAllSlopes) {
  Random random(4);
  constexpr std::size_t kPoints = 1100;  // more slopes than are stored
  for (const std::uint64_t levels : {3u, 1u << 30}) {
    std::vector<double> y;
    for (std::size_t i = 0; i < kPoints; ++i)
      y.push_back(static_cast<double>(random.below(levels)));
    std::vector<double> slopes;
    for (std::size_t i = 0; i < kPoints; ++i)
      for (std::size_t j = i + 1; j < kPoints; ++j)
        slopes.push_back((y[j] - y[i]) / static_cast<double>(j - i));
    std::sort(slopes.begin(), slopes.end());
    const Interval slope = theil_sen(y).slope;
    const std::size_t half = slopes.size() / 2;
    EXPECT_EQ(slope.estimate, (slopes[(slopes.size() - 1) / 2] + slopes[half]) / 2);
    EXPECT_TRUE(std::binary_search(slopes.begin(), slopes.end(), slope.lo));
    EXPECT_TRUE(std::binary_search(slopes.begin(), slopes.end(), slope.hi));
    EXPECT_LE(slope.lo, slope.estimate);
    EXPECT_GE(slope.hi, slope.estimate);
  }
}

TEST(TheilSen, ALineIsFoundAndOrderDoesNotMatter) {
  const std::vector<double> x = {5, 1, 4, 2, 3};
  const std::vector<double> y = {11, 3, 9, 5, 7};
  const TheilSen line = theil_sen(x, y);
  EXPECT_EQ(line.slope.estimate, 2);
  EXPECT_EQ(line.slope.lo, 2);
  EXPECT_EQ(line.slope.hi, 2);
  EXPECT_EQ(line.intercept, 1);
}

TEST(TheilSen, OneWildValueMovesLittle) {
  std::vector<double> y = kRising;
  y[6] = 1e6;
  EXPECT_NEAR(theil_sen(y).slope.estimate, theil_sen(kRising).slope.estimate, 0.02);
}

TEST(TheilSen, DegenerateDataAreNamed) {
  const std::vector<double> same = {1, 1, 1};
  const std::vector<double> good = {1, 2, 3};
  const std::vector<double> nan = {1, NAN, 3};
  EXPECT_EQ(theil_sen({}).slope.outcome, Outcome::kTooFew);
  EXPECT_EQ(theil_sen(std::vector<double>{1, 2}).slope.outcome, Outcome::kTooFew);
  EXPECT_EQ(theil_sen(same, good).slope.outcome, Outcome::kTooFew);
  EXPECT_EQ(theil_sen(good, same).slope.outcome, Outcome::kConstant);
  EXPECT_EQ(theil_sen(good, same).slope.hi, 0);
  EXPECT_EQ(theil_sen(nan).slope.outcome, Outcome::kNotFinite);
  EXPECT_EQ(theil_sen(nan, good).slope.outcome, Outcome::kNotFinite);
  EXPECT_EQ(theil_sen(std::vector<double>(20'001, 1.0)).slope.outcome, Outcome::kTooMany);
}

}  // namespace
}  // namespace joulemark::stats
