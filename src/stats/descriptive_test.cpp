// SPDX-License-Identifier: Apache-2.0
// Descriptive statistics against SciPy and R, and their invariances.
#include "stats/descriptive.h"

#include <gtest/gtest.h>

#include <cmath>

#include "base/random.h"
#include "stats/golden_test.h"

namespace joulemark::stats {
namespace {

void expect_relative(double got, double want, double tolerance = 1e-12) {
  EXPECT_NEAR(got, want, std::abs(want) * tolerance);
}

TEST(Descriptive, AgreesWithTheGoldenValues) {
  expect_relative(mean(golden::kOnnx), 477257.50088520005);
  expect_relative(sd(golden::kOnnx), 5446.727792090759);
  expect_relative(cv(golden::kOnnx), 0.011412555658084713);
  expect_relative(geometric_mean(golden::kOnnx), 477229.67425259884);
  expect_relative(median(golden::kOnnx), 475452.9496995);
  expect_relative(median(golden::kOpenvino), 442486.86043550004);
  expect_relative(median(golden::kTorch), 494766.1050795);
  expect_relative(mad(golden::kOnnx), 2657.9970930000127, 1e-9);
}

TEST(Descriptive, QuantilesAreOfType7) {
  expect_relative(quantile(golden::kOnnx, 0.1), 471681.3071169);
  expect_relative(quantile(golden::kOnnx, 0.25), 473949.770142);
  expect_relative(quantile(golden::kOnnx, 0.95), 486132.1555565);
  EXPECT_EQ(quantile(golden::kOnnx, 0), 471626.539200);
  EXPECT_EQ(quantile(golden::kOnnx, 1), 486264.237869);
}

TEST(Descriptive, QuantilesInPlaceEqualThoseOneByOne) {
  Random random(3);
  std::vector<std::int64_t> durations;
  std::vector<double> values;
  for (int i = 0; i < 1001; ++i) {
    durations.push_back(static_cast<std::int64_t>(random.below(700)));
    values.push_back(static_cast<double>(durations.back()));
  }
  const std::vector<double> probabilities = {0, 0.01, 0.5, 0.5, 0.95, 0.99, 0.999, 1};
  const auto quantiles = quantiles_in_place(std::span<std::int64_t>(durations), probabilities);
  for (std::size_t i = 0; i < probabilities.size(); ++i) {
    EXPECT_DOUBLE_EQ(quantiles[i], quantile(values, probabilities[i]));
  }
}

TEST(Descriptive, UndefinedIsNaN) {
  EXPECT_TRUE(std::isnan(mean({})));
  EXPECT_TRUE(std::isnan(median({})));
  const std::vector<double> one = {4};
  EXPECT_EQ(median(one), 4);
  EXPECT_TRUE(std::isnan(sd(one)));
  EXPECT_TRUE(std::isnan(cv(one)));
  const std::vector<double> zeros = {0, 0, 0};
  EXPECT_EQ(sd(zeros), 0);
  EXPECT_TRUE(std::isnan(cv(zeros)));
  EXPECT_TRUE(std::isnan(geometric_mean(zeros)));
}

TEST(Descriptive, SdSurvivesALargeOffset) {
  const std::vector<double> values = {1e9 + 4, 1e9 + 7, 1e9 + 13, 1e9 + 16};
  EXPECT_NEAR(variance(values), 30.0, 1e-9);
}

TEST(Descriptive, OrderDoesNotMatter) {
  std::vector<double> values = golden::kOnnx;
  Random random(1);
  shuffle(values, random);
  expect_relative(sd(values), sd(golden::kOnnx));
  EXPECT_EQ(quantile(values, 0.37), quantile(golden::kOnnx, 0.37));
  EXPECT_EQ(mad(values), mad(golden::kOnnx));
}

TEST(Descriptive, ScaleAndShiftCarryThrough) {
  std::vector<double> values = golden::kOnnx;
  for (double& value : values) value = 2 * value + 1000;
  expect_relative(mean(values), 2 * mean(golden::kOnnx) + 1000);
  expect_relative(sd(values), 2 * sd(golden::kOnnx), 1e-10);
  expect_relative(quantile(values, 0.9), 2 * quantile(golden::kOnnx, 0.9) + 1000);
  expect_relative(mad(values), 2 * mad(golden::kOnnx), 1e-9);
}

TEST(Descriptive, AllFiniteRejectsNaNAndInfinity) {
  EXPECT_TRUE(all_finite(golden::kOnnx));
  EXPECT_FALSE(all_finite(std::vector<double>{1, std::nan("")}));
  EXPECT_FALSE(all_finite(std::vector<double>{1, INFINITY}));
}

}  // namespace
}  // namespace joulemark::stats
