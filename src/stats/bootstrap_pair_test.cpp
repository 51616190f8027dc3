// SPDX-License-Identifier: Apache-2.0
// Ratios and differences of two samples against SciPy's, their degenerate cases and coverage.
#include "stats/bootstrap_pair.h"

#include <gtest/gtest.h>

#include <cmath>
#include <string>

#include "base/random.h"
#include "stats/descriptive.h"
#include "stats/golden_test.h"

namespace joulemark::stats {
namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
using Values = std::vector<double>;

Values first_seven(const Values& values) {
  return {values.begin(), values.begin() + 7};
}

struct Reference {
  const char* name;
  Interval interval;
  double lo, hi, standard_error;
};

// scipy.stats.bootstrap(method='BCa', n_resamples=49999), mean of six seeds. Its ends spread by up
// to 0.02 standard errors for means, 0.1 for medians, which take few different values.
TEST(BootstrapPair, AgreesWithScipy) {
  const Values& a = golden::kOnnx;
  const Values b = first_seven(golden::kOpenvino);
  const Values& block = golden::kOpenvino;
  const BootstrapOptions options = {.resamples = 49999};
  const Reference references[] = {
      {"ratio of means", bca_ratio_of_means(a, b, options), 1.071315676, 1.086463971, 0.00381043},
      {"of medians", bca_ratio_of_medians(a, b, options), 1.067253718, 1.092624491, 0.00530685},
      {"of geometric means", bca_ratio_of_geometric_means(a, b, options), 1.071283039, 1.086379906,
       0.00379758},
      {"difference of means", bca_difference_of_means(a, b, options), 31598.70993, 38278.35093,
       1679.76},
      {"of medians", bca_difference_of_medians(a, b, options), 29877.77881, 41000.91251, 2333.68},
      {"paired, geometric", bca_paired_ratio_of_geometric_means(a, block, options), 1.070466374,
       1.087076819, 0.00419665},
      {"paired, medians", bca_paired_ratio_of_medians(a, block, options), 1.066861828, 1.089132445,
       0.005619}};
  for (const Reference& reference : references) {
    const bool of_medians = std::string(reference.name).find("medians") != std::string::npos;
    const double tolerance = (of_medians ? 0.3 : 0.06) * reference.standard_error;
    EXPECT_EQ(reference.interval.outcome, Outcome::kOk) << reference.name;
    EXPECT_NEAR(reference.interval.lo, reference.lo, tolerance) << reference.name;
    EXPECT_NEAR(reference.interval.hi, reference.hi, tolerance) << reference.name;
  }
}

TEST(BootstrapPair, EstimatesAreOfTheSamples) {
  const Values a = {1, 2, 6};
  const Values b = {2, 4, 4, 8};
  EXPECT_EQ(bca_ratio_of_means(a, b).estimate, 3 / 4.5);
  EXPECT_EQ(bca_ratio_of_medians(a, b).estimate, 0.5);
  EXPECT_EQ(bca_difference_of_means(a, b).estimate, -1.5);
  EXPECT_EQ(bca_difference_of_medians(a, b).estimate, -2);
  EXPECT_NEAR(bca_ratio_of_geometric_means(a, b).estimate, std::cbrt(12) / 4, 1e-15);
}

TEST(BootstrapPair, SwappingTurnsTheIntervalRound) {
  const Interval ratio = bca_ratio_of_means(golden::kOnnx, golden::kTorch, {.resamples = 39999});
  const Interval swapped = bca_ratio_of_means(golden::kTorch, golden::kOnnx, {.resamples = 39999});
  EXPECT_NEAR(ratio.lo, 1 / swapped.hi, 2e-4);
  EXPECT_NEAR(ratio.hi, 1 / swapped.lo, 2e-4);
}

TEST(BootstrapPair, OrderAndSeedAndScaleAreAsPromised) {
  Values a = golden::kOnnx;
  Random random(1);
  shuffle(a, random);
  const Interval plain = bca_ratio_of_means(golden::kOnnx, golden::kTorch);
  EXPECT_EQ(bca_ratio_of_means(a, golden::kTorch).lo, plain.lo);
  EXPECT_NE(bca_ratio_of_means(a, golden::kTorch, {.seed = 2}).lo, plain.lo);
  for (double& value : a) value *= 4;  // exact in binary
  EXPECT_EQ(bca_ratio_of_means(a, golden::kTorch).hi, 4 * plain.hi);
  EXPECT_EQ(bca_ratio_of_medians(a, golden::kTorch).hi,
            4 * bca_ratio_of_medians(golden::kOnnx, golden::kTorch).hi);
}

TEST(BootstrapPair, BlocksTakeTheirDisturbanceOut) {
  Values a = golden::kOnnx;
  Values b = golden::kTorch;
  for (std::size_t i = 0; i < a.size(); ++i) {
    a[i] *= 1 + 0.1 * static_cast<double>(i);
    b[i] *= 1 + 0.1 * static_cast<double>(i);
  }
  const Interval disturbed = bca_paired_ratio_of_geometric_means(a, b);
  const Interval plain = bca_paired_ratio_of_geometric_means(golden::kOnnx, golden::kTorch);
  EXPECT_NEAR(disturbed.lo, plain.lo, 1e-12);
  EXPECT_NEAR(disturbed.hi, plain.hi, 1e-12);
  const Interval unpaired = bca_ratio_of_geometric_means(a, b);
  EXPECT_GT(unpaired.hi - unpaired.lo, 5 * (disturbed.hi - disturbed.lo));
}

TEST(BootstrapPair, FewerThanThreeValuesGiveTheEstimateOnly) {
  const Values two = {2, 4};
  for (const Interval& interval :
       {bca_ratio_of_means(two, golden::kOnnx), bca_difference_of_medians(golden::kOnnx, two),
        bca_paired_ratio_of_geometric_means(two, two), bca_paired_ratio_of_medians(two, two)}) {
    EXPECT_EQ(interval.outcome, Outcome::kTooFew);
    EXPECT_TRUE(std::isfinite(interval.estimate));
    EXPECT_TRUE(std::isnan(interval.lo));
  }
  EXPECT_TRUE(std::isnan(bca_ratio_of_means({}, {}).estimate));
  EXPECT_EQ(bca_paired_ratio_of_geometric_means({}, {}).outcome, Outcome::kTooFew);
}

TEST(BootstrapPair, ConstantSamplesGiveAPoint) {
  const Values threes(5, 3.0);
  const Values twos(4, 2.0);
  for (const Interval& interval :
       {bca_ratio_of_means(threes, twos), bca_ratio_of_medians(threes, twos)}) {
    EXPECT_EQ(interval.outcome, Outcome::kConstant);
    EXPECT_EQ(interval.lo, 1.5);
    EXPECT_EQ(interval.hi, 1.5);
  }
  EXPECT_EQ(bca_paired_ratio_of_geometric_means(threes, threes).outcome, Outcome::kConstant);
  EXPECT_EQ(bca_paired_ratio_of_geometric_means(threes, threes).hi, 1);
}

TEST(BootstrapPair, OneConstantSampleIsNoObstacle) {
  const Values twos(4, 2.0);
  const Interval interval = bca_ratio_of_means(golden::kOnnx, twos);
  EXPECT_EQ(interval.outcome, Outcome::kOk);
  EXPECT_NEAR(interval.lo, bca_mean(golden::kOnnx).lo / 2, 300);
}

TEST(BootstrapPair, WhatHasNoRatioIsNamed) {
  const Values good = {1, 2, 3, 4};
  const Values nan = {1, kNaN, 3, 4};
  const Values zeros(4, 0.0);
  const Values around_zero = {-3, -1, 2, 4};
  const Values negative = {-1, -2, -3, -5};
  EXPECT_EQ(bca_ratio_of_means(good, nan).outcome, Outcome::kNotFinite);
  EXPECT_EQ(bca_ratio_of_means(nan, good).outcome, Outcome::kNotFinite);
  EXPECT_EQ(bca_ratio_of_means(good, zeros).outcome, Outcome::kNotFinite);
  EXPECT_EQ(bca_ratio_of_means(zeros, zeros).outcome, Outcome::kNotFinite);
  EXPECT_EQ(bca_ratio_of_means(good, around_zero).outcome, Outcome::kNotFinite);
  EXPECT_EQ(bca_paired_ratio_of_medians(good, around_zero).outcome, Outcome::kNotFinite);
  EXPECT_EQ(bca_ratio_of_geometric_means(around_zero, good).outcome, Outcome::kNotFinite);
  EXPECT_EQ(bca_paired_ratio_of_geometric_means(good, zeros).outcome, Outcome::kNotFinite);
  EXPECT_EQ(bca_ratio_of_means(good, negative).outcome, Outcome::kOk);
  EXPECT_EQ(bca_difference_of_means(good, around_zero).outcome, Outcome::kOk);
}

TEST(BootstrapPair, BlocksOfDifferentNumberAreUnbalanced) {
  const Values three = {1, 2, 3};
  const Values four = {1, 2, 3, 4};
  EXPECT_EQ(bca_paired_ratio_of_medians(three, four).outcome, Outcome::kUnbalanced);
  EXPECT_EQ(bca_paired_ratio_of_geometric_means(three, four).outcome, Outcome::kUnbalanced);
}

TEST(BootstrapPair, CoverageIsNearNominal) {
  Random random(99);
  constexpr int kSimulations = 1000;
  int covered = 0;
  for (int i = 0; i < kSimulations; ++i) {
    Values a;
    Values b;
    for (int k = 0; k < 20; ++k) a.push_back(1.2 * std::exp(0.2 * random.normal()));
    for (int k = 0; k < 12; ++k) b.push_back(std::exp(0.1 * random.normal()));
    const Interval ratio = bca_ratio_of_geometric_means(
        a, b, {.seed = static_cast<std::uint64_t>(i), .resamples = 999});
    covered += ratio.lo <= 1.2 && 1.2 <= ratio.hi ? 1 : 0;
  }
  EXPECT_GE(covered, 0.90 * kSimulations);
  EXPECT_LE(covered, 0.975 * kSimulations);
}

}  // namespace
}  // namespace joulemark::stats
