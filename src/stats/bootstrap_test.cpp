// SPDX-License-Identifier: Apache-2.0
// BCa intervals against SciPy's, their degenerate cases, invariances and coverage.
#include "stats/bootstrap.h"

#include <gtest/gtest.h>

#include <cmath>

#include "base/random.h"
#include "stats/descriptive.h"
#include "stats/golden_test.h"

namespace joulemark::stats {
namespace {

struct Golden {
  const std::vector<double>& values;
  double lo, hi, standard_error;  // of the bootstrap
};

void expect_golden(const Interval& interval, const Golden& golden) {
  EXPECT_EQ(interval.outcome, Outcome::kOk);
  EXPECT_NEAR(interval.lo, golden.lo, 0.5 * golden.standard_error);
  EXPECT_NEAR(interval.hi, golden.hi, 0.5 * golden.standard_error);
}

const Golden kMedians[] = {
    {golden::kOnnx, 473012.035309, 481375.5312275, 2238.9584731292516},
    {golden::kOpenvino, 441957.115631, 443635.581818, 486.5131578758957},
    {golden::kTorch, 493881.946655, 495229.50988, 324.5799089127262},
};
const Golden kMeans[] = {
    {golden::kOnnx, 474569.4568346, 481081.2452984582, 1638.742120494935},
    {golden::kOpenvino, 442324.44924309105, 443537.9838378, 306.363749287585},
    {golden::kTorch, 493754.5646498, 495121.5725196855, 338.040879365628},
};

TEST(Bootstrap, MedianAgreesWithTheGoldenValues) {
  for (const Golden& golden : kMedians) {
    const Interval interval = bca_median(golden.values);
    EXPECT_EQ(interval.estimate, median(golden.values));
    expect_golden(interval, golden);
  }
}

TEST(Bootstrap, DrawnMedianAgreesWithTheGoldenValues) {
  for (const Golden& golden : kMedians) expect_golden(bca_interval(golden.values, median), golden);
}

TEST(Bootstrap, MeanAgreesWithTheGoldenValues) {
  for (const Golden& golden : kMeans) expect_golden(bca_interval(golden.values, mean), golden);
}

TEST(Bootstrap, FastMeanAgreesWithTheGoldenValues) {
  for (const Golden& golden : kMeans) {
    const Interval interval = bca_mean(golden.values);
    EXPECT_EQ(interval.estimate, mean(golden.values));
    expect_golden(interval, golden);
  }
}

TEST(Bootstrap, FastMeanIsTheMeanOfAnyStatistic) {
  Random random(13);
  for (const std::size_t n : {6u, 15u, 60u}) {
    std::vector<double> values;
    for (std::size_t i = 0; i < n; ++i) values.push_back(std::exp(random.normal()));
    const Interval fast = bca_mean(values, {.resamples = 40000, .level = 0.9});
    const Interval slow = bca_interval(values, mean, {.resamples = 40000, .level = 0.9});
    const double error = sd(values) / std::sqrt(static_cast<double>(n));
    EXPECT_NEAR(fast.lo, slow.lo, 0.08 * error) << n;
    EXPECT_NEAR(fast.hi, slow.hi, 0.08 * error) << n;
  }
}

// The same numbers on every platform: an experiment's report can be computed again.
TEST(Bootstrap, FastMeanIsReproducible) {
  const std::vector<double> values = {3, 1, 4, 1, 5, 9, 2, 6};
  const Interval interval = bca_mean(values, {.seed = 42, .resamples = 2000});
  EXPECT_EQ(interval.estimate, 3.875);
  EXPECT_EQ(interval.lo, 2.375);
  EXPECT_EQ(interval.hi, 6);
}

TEST(Bootstrap, MeansThatDifferByRoundingOnlyAreEqual) {
  const std::vector<double> tenths = {0.1, 0.2, 0.3, 0.1, 0.2, 0.3, 0.1, 0.2, 0.3, 0.2};
  std::vector<double> whole = tenths;
  for (double& value : whole) value = std::round(10 * value);
  const Interval exact = bca_mean(whole);
  const Interval rounded = bca_mean(tenths);
  EXPECT_NEAR(rounded.lo, exact.lo / 10, 1e-12);
  EXPECT_NEAR(rounded.hi, exact.hi / 10, 1e-12);
}

TEST(Bootstrap, ExactMedianIsTheLimitOfDrawing) {
  Random random(11);
  for (const std::size_t n : {3u, 4u, 5u, 9u, 12u, 25u, 50u, 301u, 400u}) {
    std::vector<double> values;
    for (std::size_t i = 0; i < n; ++i) values.push_back(std::exp(0.1 * random.normal()));
    const Interval exact = bca_median(values);
    const Interval drawn = bca_interval(values, median, {.resamples = n < 100 ? 39999 : 1999});
    // A bound is an atom of a discrete distribution: both may differ by one atom.
    EXPECT_NEAR(exact.lo, drawn.lo, 0.02) << n;
    EXPECT_NEAR(exact.hi, drawn.hi, 0.02) << n;
  }
}

TEST(Bootstrap, MedianOfTenThousandValuesIsExactToo) {
  for (const std::size_t n : {10'000u, 10'001u}) {
    Random random(12);
    std::vector<double> values;
    for (std::size_t i = 0; i < n; ++i) values.push_back(random.normal());
    const Interval interval = bca_median(values);
    // Asymptotically the median ± 1.96·sqrt(π/2n).
    EXPECT_NEAR(interval.hi - interval.lo, 2 * 1.96 * std::sqrt(1.5708 / 1e4), 0.008);
    EXPECT_NEAR(interval.lo + interval.hi, 2 * interval.estimate, 0.01);
  }
}

TEST(Bootstrap, SameSeedGivesSameInterval) {
  const Interval a = bca_interval(golden::kOnnx, mean, {.seed = 5});
  const Interval b = bca_interval(golden::kOnnx, mean, {.seed = 5});
  const Interval other = bca_interval(golden::kOnnx, mean, {.seed = 6});
  EXPECT_EQ(a.lo, b.lo);
  EXPECT_EQ(a.hi, b.hi);
  EXPECT_NE(a.lo, other.lo);
  EXPECT_EQ(bca_mean(golden::kOnnx, {.seed = 5}).lo, bca_mean(golden::kOnnx, {.seed = 5}).lo);
  EXPECT_NE(bca_mean(golden::kOnnx, {.seed = 5}).lo, bca_mean(golden::kOnnx, {.seed = 6}).lo);
}

TEST(Bootstrap, OrderOfTheValuesDoesNotMatter) {
  std::vector<double> values = golden::kOnnx;
  Random random(1);
  shuffle(values, random);
  EXPECT_EQ(bca_interval(values, mean).lo, bca_interval(golden::kOnnx, mean).lo);
  EXPECT_EQ(bca_mean(values).lo, bca_mean(golden::kOnnx).lo);
  EXPECT_EQ(bca_median(values).hi, bca_median(golden::kOnnx).hi);
}

TEST(Bootstrap, ScaleCarriesThrough) {
  std::vector<double> values = golden::kOnnx;
  for (double& value : values) value *= 4;  // exact in binary
  EXPECT_EQ(bca_interval(values, mean).lo, 4 * bca_interval(golden::kOnnx, mean).lo);
  EXPECT_EQ(bca_mean(values).hi, 4 * bca_mean(golden::kOnnx).hi);
  EXPECT_EQ(bca_median(values).lo, 4 * bca_median(golden::kOnnx).lo);
}

TEST(Bootstrap, ConstantDataGiveAPoint) {
  const std::vector<double> zeros(10, 0.0);
  for (const Interval& interval : {bca_median(zeros), bca_interval(zeros, mean), bca_mean(zeros)}) {
    EXPECT_EQ(interval.outcome, Outcome::kConstant);
    EXPECT_TRUE(interval.bounded());
    EXPECT_EQ(interval.lo, 0);
    EXPECT_EQ(interval.hi, 0);
  }
}

TEST(Bootstrap, FewerThanThreeValuesGiveNoInterval) {
  const std::vector<double> two = {1, 3};
  for (const Interval& interval : {bca_median(two), bca_interval(two, mean), bca_mean(two)}) {
    EXPECT_EQ(interval.outcome, Outcome::kTooFew);
    EXPECT_EQ(interval.estimate, 2);
    EXPECT_FALSE(interval.bounded());
    EXPECT_TRUE(std::isnan(interval.lo));
  }
  EXPECT_TRUE(std::isnan(bca_median({}).estimate));
  EXPECT_STREQ(to_string(bca_median({}).outcome), "too_few");
}

TEST(Bootstrap, NaNIsNamed) {
  const std::vector<double> values = {1, 2, std::nan(""), 4};
  EXPECT_EQ(bca_median(values).outcome, Outcome::kNotFinite);
  EXPECT_EQ(bca_interval(values, mean).outcome, Outcome::kNotFinite);
  EXPECT_EQ(bca_mean(values).outcome, Outcome::kNotFinite);
  const auto undefined = [](std::span<const double>) { return std::nan(""); };
  EXPECT_EQ(bca_interval(golden::kOnnx, undefined).outcome, Outcome::kNotFinite);
}

TEST(Bootstrap, TiesKeepTheIntervalWithinTheData) {
  const std::vector<double> values = {1, 1, 1, 2, 2, 2, 2, 9};
  const Interval interval = bca_median(values);
  EXPECT_LE(interval.lo, interval.estimate);
  EXPECT_GE(interval.hi, interval.estimate);
  EXPECT_GE(interval.lo, 1);
  EXPECT_LE(interval.hi, 9);
}

// The median of an exponential distribution; 95 % nominal, a bootstrap of 15 values is a little
// liberal.
TEST(Bootstrap, CoverageOfTheMedianIsNearNominal) {
  Random random(2026);
  constexpr int kSimulations = 2000;
  int covered = 0;
  for (int i = 0; i < kSimulations; ++i) {
    std::vector<double> values;
    for (int k = 0; k < 15; ++k) values.push_back(-std::log(1 - random.uniform()));
    const Interval interval = bca_median(values);
    covered += interval.lo <= std::log(2.0) && std::log(2.0) <= interval.hi ? 1 : 0;
  }
  EXPECT_GE(covered, 0.90 * kSimulations);
  EXPECT_LE(covered, 0.985 * kSimulations);
}

}  // namespace
}  // namespace joulemark::stats
