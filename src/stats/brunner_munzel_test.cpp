// SPDX-License-Identifier: Apache-2.0
// Brunner–Munzel against SciPy, and where it is undefined.
#include "stats/brunner_munzel.h"

#include "stats/permutation.h"
#include "stats/rank_samples_test.h"

namespace joulemark::stats {
namespace {

using rank_samples::expect_relative;
using rank_samples::kA;
using rank_samples::kB;
using rank_samples::Sample;

TEST(BrunnerMunzel, AgreesWithSciPy) {
  const TestResult result = brunner_munzel(kA, kB);
  EXPECT_EQ(result.outcome, Outcome::kOk);
  expect_relative(result.statistic, 2.4231507535578722);
  expect_relative(result.p, 0.02579629732212159);
  const TestResult tied = brunner_munzel(rank_samples::kTied[0], rank_samples::kTied[1]);
  expect_relative(tied.statistic, 4.700941916946878);
  expect_relative(tied.p, 0.00026613116137145344);
}

TEST(BrunnerMunzel, SwappingSamplesTurnsTheSign) {
  const TestResult result = brunner_munzel(kA, kB);
  const TestResult swapped = brunner_munzel(kB, kA);
  expect_relative(swapped.statistic, -result.statistic, 1e-14);
  expect_relative(swapped.p, result.p, 1e-14);
  expect_relative(swapped.df1, result.df1, 1e-14);
}

TEST(BrunnerMunzel, ForgetsOrderScaleAndShift) {
  const TestResult moved = brunner_munzel(rank_samples::moved(rank_samples::reversed(kA), 0.5, 9),
                                          rank_samples::moved(rank_samples::reversed(kB), 0.5, 9));
  EXPECT_EQ(moved.statistic, brunner_munzel(kA, kB).statistic);
}

TEST(BrunnerMunzel, SeparatedSamplesAreLeftToThePermutationTest) {
  const Sample low = {1, 2, 3, 4};
  const Sample high = {15, 16, 18, 19};
  const TestResult result = brunner_munzel(low, high);
  EXPECT_EQ(result.outcome, Outcome::kSeparated);
  EXPECT_TRUE(std::isnan(result.p) && std::isnan(result.statistic) && std::isnan(result.df1));
  expect_relative(permutation_test(low, high).test.p, 2.0 / 70);
}

TEST(BrunnerMunzel, OneConstantSampleInsideTheOtherIsNoObstacle) {
  const TestResult result = brunner_munzel(Sample{2, 2, 2}, Sample{1, 3, 4});
  EXPECT_EQ(result.outcome, Outcome::kOk);
  EXPECT_EQ(result.df1, 2);
}

TEST(BrunnerMunzel, DegenerateDataAreNamed) {
  EXPECT_EQ(brunner_munzel({}, kB).outcome, Outcome::kTooFew);
  EXPECT_EQ(brunner_munzel(Sample{1}, kB).outcome, Outcome::kTooFew);
  EXPECT_EQ(brunner_munzel(kA, Sample{1}).outcome, Outcome::kTooFew);
  EXPECT_EQ(brunner_munzel(Sample{5, 5}, Sample{5, 5}).outcome, Outcome::kConstant);
  EXPECT_EQ(brunner_munzel(Sample{5}, Sample{rank_samples::kNaN}).outcome, Outcome::kNotFinite);
}

}  // namespace
}  // namespace joulemark::stats
