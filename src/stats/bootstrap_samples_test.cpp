// SPDX-License-Identifier: Apache-2.0
// Any statistic of strata and of blocks, against SciPy's and against the fast forms.
#include "stats/bootstrap_samples.h"

#include <gtest/gtest.h>

#include <cmath>

#include "base/random.h"
#include "stats/bootstrap_pair.h"
#include "stats/descriptive.h"
#include "stats/golden_test.h"

namespace joulemark::stats {
namespace {

using Samples = std::vector<std::vector<double>>;

double ratio_of_means(Groups groups) {
  return mean(groups[0]) / mean(groups[1]);
}

TEST(BootstrapSamples, ThreeStrataAgreeWithScipy) {
  const std::vector<double> seven = {golden::kOpenvino.begin(), golden::kOpenvino.begin() + 7};
  const Samples samples = {golden::kOnnx, seven, golden::kTorch};
  const auto statistic = [](Groups groups) {
    return (mean(groups[0]) + mean(groups[1])) / mean(groups[2]);
  };
  // Mean of six seeds of scipy.stats.bootstrap(method='BCa', n_resamples=49999).
  const Interval interval = bca_strata(samples, statistic, {.resamples = 49999});
  EXPECT_EQ(interval.outcome, Outcome::kOk);
  EXPECT_EQ(interval.estimate, statistic(samples));
  EXPECT_NEAR(interval.lo, 1.854179717, 0.12 * 0.00362719);
  EXPECT_NEAR(interval.hi, 1.868570259, 0.12 * 0.00362719);
}

TEST(BootstrapSamples, StrataAgreeWithTheFastForm) {
  const Samples samples = {golden::kOnnx, golden::kTorch};
  const Interval any = bca_strata(samples, ratio_of_means, {.resamples = 39999});
  const Interval fast = bca_ratio_of_means(samples[0], samples[1], {.resamples = 39999});
  EXPECT_NEAR(any.lo, fast.lo, 2e-4);
  EXPECT_NEAR(any.hi, fast.hi, 2e-4);
}

TEST(BootstrapSamples, OneStratumIsTheOneSampleBootstrap) {
  const Samples samples = {golden::kOnnx};
  const Interval strata = bca_strata(samples, [](Groups groups) { return mean(groups[0]); });
  const Interval blocks = bca_blocks(samples, [](Groups groups) { return mean(groups[0]); });
  const Interval one = bca_interval(golden::kOnnx, mean);
  EXPECT_EQ(strata.lo, one.lo);
  EXPECT_EQ(strata.hi, one.hi);
  EXPECT_EQ(blocks.lo, one.lo);
  EXPECT_EQ(blocks.hi, one.hi);
}

TEST(BootstrapSamples, BlocksStayTogether) {
  Samples columns = {golden::kOnnx, golden::kOnnx};
  for (double& value : columns[1]) value *= 2;  // exact in binary
  const Interval blocks = bca_blocks(columns, ratio_of_means);
  EXPECT_EQ(blocks.lo, 0.5);
  EXPECT_EQ(blocks.hi, 0.5);
  EXPECT_LT(bca_strata(columns, ratio_of_means).lo, 0.497);
}

TEST(BootstrapSamples, OrderDoesNotMatter) {
  const Samples plain = {golden::kOnnx, golden::kTorch};
  Samples turned = plain;
  for (std::vector<double>& values : turned)
    std::rotate(values.begin(), values.begin() + 3, values.end());
  EXPECT_EQ(bca_blocks(turned, ratio_of_means).lo, bca_blocks(plain, ratio_of_means).lo);
  std::rotate(turned[0].begin(), turned[0].begin() + 1, turned[0].end());
  EXPECT_EQ(bca_strata(turned, ratio_of_means).lo, bca_strata(plain, ratio_of_means).lo);
  EXPECT_NE(bca_blocks(turned, ratio_of_means).lo, bca_blocks(plain, ratio_of_means).lo);
}

TEST(BootstrapSamples, DegenerateSamplesAreNamed) {
  const Samples few = {{1, 2}, {1, 2}};
  const Samples constant = {{2, 2, 2}, {4, 4, 4}};
  const Samples nan = {{1, 2, 3}, {1, std::nan(""), 3}};
  const Samples ragged = {{1, 2, 3}, {1, 2, 3, 4}};
  const Samples zeros = {{1, 2, 3}, {0, 0, 0}};
  const Samples empty = {{}, {}};
  for (const auto& bootstrap : {bca_strata, bca_blocks}) {
    EXPECT_EQ(bootstrap({}, ratio_of_means, {}).outcome, Outcome::kTooFew);
    EXPECT_EQ(bootstrap(empty, ratio_of_means, {}).outcome, Outcome::kTooFew);
    EXPECT_EQ(bootstrap(few, ratio_of_means, {}).outcome, Outcome::kTooFew);
    EXPECT_EQ(bootstrap(few, ratio_of_means, {}).estimate, 1);
    EXPECT_EQ(bootstrap(constant, ratio_of_means, {}).outcome, Outcome::kConstant);
    EXPECT_EQ(bootstrap(constant, ratio_of_means, {}).hi, 0.5);
    EXPECT_EQ(bootstrap(nan, ratio_of_means, {}).outcome, Outcome::kNotFinite);
    EXPECT_EQ(bootstrap(zeros, ratio_of_means, {}).outcome, Outcome::kNotFinite);
  }
  EXPECT_EQ(bca_strata(ragged, ratio_of_means).outcome, Outcome::kOk);
  EXPECT_EQ(bca_blocks(ragged, ratio_of_means).outcome, Outcome::kUnbalanced);
}

}  // namespace
}  // namespace joulemark::stats
