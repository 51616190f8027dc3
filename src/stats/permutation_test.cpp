// SPDX-License-Identifier: Apache-2.0
// Permutation tests against SciPy and hand counts, drawn against exact, degenerate data.
#include "stats/permutation.h"

#include "stats/rank_samples_test.h"

namespace joulemark::stats {
namespace {

using rank_samples::expect_relative;
using rank_samples::kA;
using rank_samples::kB;
using rank_samples::kX;
using rank_samples::kY;
using rank_samples::Sample;
using Method = PermutationTest::Method;

TEST(PermutationPaired, AgreesWithSciPy) {
  const PermutationTest result = permutation_test_paired(kX, kY);
  EXPECT_EQ(result.method, Method::kExact);
  expect_relative(result.test.statistic, -1.057, 1e-11);
  EXPECT_EQ(result.test.p, 398.0 / 1024);
  EXPECT_EQ(permutation_test_paired(kY, kX).test.p, result.test.p);
}

TEST(PermutationPaired, TwentyEqualSignsHaveTheSmallestP) {
  Sample a(20);
  for (std::size_t i = 0; i < a.size(); ++i) a[i] = 0.1 * static_cast<double>(i + 1);
  const PermutationTest result = permutation_test_paired(a, Sample(20, 0.0));
  EXPECT_EQ(result.method, Method::kExact);
  EXPECT_EQ(result.test.p, std::ldexp(1.0, -19));
}

TEST(PermutationPaired, EqualSumsCountInSpiteOfRounding) {
  // Two of the three single signs give the same |sum| as the measured ones but for rounding.
  const PermutationTest result = permutation_test_paired(Sample{0.1, 0.2, -0.1}, Sample{0, 0, 0});
  EXPECT_EQ(result.test.p, 6.0 / 8);  // |sum| ≥ 0.2: all but ±(0.1 − 0.2 + 0.1)
}

TEST(PermutationPaired, DrawnSignsAreNearTheNormalLimit) {
  Random random(31);
  Sample a(60);
  for (double& value : a) value = random.normal() + 0.25;
  const Sample b(60, 0.0);
  const PermutationTest result = permutation_test_paired(a, b);
  EXPECT_EQ(result.method, Method::kMonteCarlo);
  double sum = 0;
  double squares = 0;
  for (const double value : a) {
    sum += value;
    squares += value * value;
  }
  const double normal = std::erfc(std::abs(sum) / std::sqrt(2 * squares));
  EXPECT_NEAR(result.test.p, normal, 0.1 * normal + 0.004);
  EXPECT_EQ(permutation_test_paired(a, b).test.p, result.test.p);
  EXPECT_EQ(permutation_test_paired(rank_samples::reversed(a), b).test.p, result.test.p);
  EXPECT_EQ(permutation_test_paired(rank_samples::moved(a, 0, 5), b).test.p, 1.0 / 10000);
}

TEST(PermutationBlocks, CountsAllOrders) {
  // Two treatments: the signs of the differences, as in the paired test.
  const std::vector<Sample> two = {kX, kY};
  EXPECT_EQ(permutation_test_blocks(two).test.p, permutation_test_paired(kX, kY).test.p);
  // Three treatments, in two blocks that agree: of 36 orders 6 agree so.
  const std::vector<Sample> three = {{1, 11}, {2, 12}, {4, 14}};
  const PermutationTest result = permutation_test_blocks(three);
  EXPECT_EQ(result.method, Method::kExact);
  expect_relative(result.test.p, 1.0 / 6);
  EXPECT_EQ(result.test.statistic, rank_samples::kInfinity);
  EXPECT_EQ(result.test.df1, 2);
  EXPECT_EQ(result.test.df2, 2);
}

TEST(PermutationBlocks, FIsThatOfTheBlockDesign) {
  // R: anova(lm(y ~ treatment + block)) of rank_samples::kBlocks.
  const PermutationTest result = permutation_test_blocks(rank_samples::kBlocks);
  expect_relative(result.test.statistic, 16.03514504103038, 1e-11);
  EXPECT_EQ(result.test.df1, 2);
  EXPECT_EQ(result.test.df2, 10);
  EXPECT_EQ(result.method, Method::kExact);
}

TEST(PermutationBlocks, ForgetsTheOrderOfTreatmentsAndBlocks) {
  std::vector<Sample> treatments = rank_samples::kTiedBlocks;
  const PermutationTest first = permutation_test_blocks(treatments);
  EXPECT_EQ(first.method, Method::kMonteCarlo);
  std::swap(treatments[0], treatments[3]);
  for (Sample& values : treatments) values = rank_samples::reversed(values);
  EXPECT_EQ(permutation_test_blocks(treatments).test.p, first.test.p);
  for (Sample& values : treatments) values = rank_samples::moved(values, 2, 3);
  EXPECT_EQ(permutation_test_blocks(treatments).test.p, first.test.p);
}

TEST(PermutationTwoSamples, AgreesWithSciPy) {
  const Sample a = rank_samples::first_of(kA, 6);
  const Sample b = rank_samples::first_of(kB, 5);
  const PermutationTest result = permutation_test(a, b);
  EXPECT_EQ(result.method, Method::kExact);
  expect_relative(result.test.statistic, -1.7983611002638806);
  expect_relative(result.test.p, 49.0 / 462);
  expect_relative(permutation_test(rank_samples::first_of(kA, 8), kB).test.p, 964.0 / 24310);
}

TEST(PermutationTwoSamples, SwappingAndMovingKeepsP) {
  const Sample a = rank_samples::first_of(kA, 6);
  const PermutationTest result = permutation_test(a, kB);
  const PermutationTest swapped = permutation_test(kB, a);
  expect_relative(swapped.test.statistic, -result.test.statistic, 1e-13);
  EXPECT_EQ(swapped.test.p, result.test.p);
  EXPECT_EQ(permutation_test(rank_samples::moved(rank_samples::reversed(a), 7, 3),
                             rank_samples::moved(kB, 7, 3))
                .test.p,
            result.test.p);
}

TEST(PermutationTwoSamples, DrawnAssignmentsAreNearTheExactOnes) {
  // C(21, 9) is above the limit; without the last three of a all C(18, 9) are tried.
  const PermutationTest drawn = permutation_test(kA, kB);
  EXPECT_EQ(drawn.method, Method::kMonteCarlo);
  const PermutationTest other = permutation_test(kA, kB, {.seed = 2, .resamples = 99999});
  EXPECT_NEAR(drawn.test.p, other.test.p, 0.01);
  EXPECT_EQ(permutation_test(rank_samples::reversed(kA), kB).test.p, drawn.test.p);
  EXPECT_EQ(permutation_test(rank_samples::first_of(kA, 9), kB).method, Method::kExact);
}

TEST(PermutationTwoSamples, SeparatedConstantsHaveAnInfiniteStatistic) {
  const PermutationTest result = permutation_test(Sample{1, 1, 1}, Sample{0.1, 0.1, 0.1});
  EXPECT_EQ(result.test.statistic, rank_samples::kInfinity);
  expect_relative(result.test.p, 2.0 / 20);
}

TEST(PermutationTwoSamples, KeepsItsLevelUnderUnequalVariances) {
  Random random(17);
  int rejected = 0;
  for (int round = 0; round < 400; ++round) {
    Sample a(6);
    Sample b(12);
    for (double& value : a) value = 5 * random.normal();
    for (double& value : b) value = random.normal();
    rejected += permutation_test(a, b).test.p <= 0.05 ? 1 : 0;
  }
  EXPECT_LT(rejected / 400.0, 0.1);  // the plain difference of means rejects about one in four
}

TEST(Permutation, DegenerateDataAreNamed) {
  const auto expect = [](const PermutationTest& result, Outcome outcome) {
    EXPECT_EQ(result.test.outcome, outcome);
    EXPECT_TRUE(std::isnan(result.test.p) && std::isnan(result.test.statistic));
  };
  expect(permutation_test_paired({}, {}), Outcome::kTooFew);
  expect(permutation_test_paired(kX, kA), Outcome::kUnbalanced);
  expect(permutation_test_paired(kX, kX), Outcome::kConstant);
  expect(permutation_test_paired(Sample{rank_samples::kNaN}, Sample{1}), Outcome::kNotFinite);
  const Sample huge = {1e308, 1e308, 1};
  expect(permutation_test_paired(huge, rank_samples::moved(huge, -1, 0)), Outcome::kNotFinite);
  expect(permutation_test(huge, rank_samples::moved(huge, -1, 0)), Outcome::kNotFinite);
  expect(permutation_test_blocks(std::vector<Sample>{huge, huge, rank_samples::moved(huge, -1, 0)}),
         Outcome::kNotFinite);
  expect(permutation_test(Sample{1}, kB), Outcome::kTooFew);
  expect(permutation_test(Sample{0.1, 0.1}, Sample{0.1, 0.1, 0.1}), Outcome::kConstant);
  expect(permutation_test(kA, Sample{1, rank_samples::kInfinity}), Outcome::kNotFinite);
  const auto blocks = [](const std::vector<Sample>& treatments) {
    return permutation_test_blocks(treatments);
  };
  expect(blocks({}), Outcome::kTooFew);
  expect(blocks({{1, 2}}), Outcome::kTooFew);
  expect(blocks({{1}, {2}}), Outcome::kTooFew);
  expect(blocks({{1, 2}, {1, 2, 3}}), Outcome::kUnbalanced);
  expect(blocks({{0.1, 2}, {0.1, 2}, {0.1, 2}}), Outcome::kConstant);
  expect(blocks({{1, 2}, {1, rank_samples::kNaN}}), Outcome::kNotFinite);
}

}  // namespace
}  // namespace joulemark::stats
