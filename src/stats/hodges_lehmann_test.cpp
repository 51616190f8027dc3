// SPDX-License-Identifier: Apache-2.0
// Hodges–Lehmann: golden values of R, brute force, invariances, degenerate data, and coverage.
#include "stats/hodges_lehmann.h"

#include "stats/descriptive.h"
#include "stats/golden_csv_test.h"
#include "stats/rank_samples_test.h"

namespace joulemark::stats {
namespace {

using rank_samples::expect_relative;
using rank_samples::kA;
using rank_samples::kB;
using rank_samples::kX;
using rank_samples::kY;
using rank_samples::Sample;

void expect_interval(const Interval& got, double lo, double hi, double tolerance = 1e-12) {
  EXPECT_EQ(got.outcome, Outcome::kOk);
  expect_relative(got.lo, lo, tolerance);
  expect_relative(got.hi, hi, tolerance);
}

TEST(HodgesLehmann, AgreesWithTheGoldenValues) {
  for (const golden::Row& row : golden::rows_of("hodges_lehmann")) {
    auto groups = golden::data_set(row.at("dataset"));
    const Interval shift = hodges_lehmann(groups[row.at("group_a")], groups[row.at("group_b")]);
    expect_relative(shift.estimate, golden::number(row.at("statistic")));
    expect_interval(shift, golden::extra(row, "ci_lo"), golden::extra(row, "ci_hi"));
  }
}

TEST(HodgesLehmann, WithTiesIsNearTheRootsThatRFinds) {
  for (const golden::Row& row : golden::rows_of("hodges_lehmann_tiesfallback")) {
    auto groups = golden::data_set(row.at("dataset"));
    const Interval shift = hodges_lehmann(groups[row.at("group_a")], groups[row.at("group_b")]);
    // R searches the same jumps with a tolerance of 1e-4.
    expect_relative(shift.estimate, golden::number(row.at("statistic")), 1e-3);
    EXPECT_NEAR(shift.lo, golden::extra(row, "ci_lo"), 1.1e-4);
    EXPECT_NEAR(shift.hi, golden::extra(row, "ci_hi"), 1.1e-4);
  }
}

TEST(HodgesLehmann, AgreesWithR) {
  const Interval shift = hodges_lehmann(kA, kB);
  expect_relative(shift.estimate, -24.7755);
  expect_interval(shift, -60.962, -1.057);
  expect_interval(hodges_lehmann(kA, kB, 0.99), -73.358, 6.885);
  const Interval paired = hodges_lehmann_paired(kX, kY);
  expect_relative(paired.estimate, -0.9195);
  expect_interval(paired, -3.785, 1.938);
  expect_interval(hodges_lehmann_paired(kX, kY, 0.9), -3.594, 1.8195);
}

TEST(HodgesLehmann, IsTheMedianOfAllDifferences) {
  Random random(5);
  for (int round = 0; round < 100; ++round) {
    Sample a(1 + random.below(12));
    Sample b(1 + random.below(12));
    for (double& value : a) value = std::round(4 * random.normal());
    for (double& value : b) value = random.normal();
    Sample differences;
    for (const double x : a)
      for (const double y : b) differences.push_back(x - y);
    EXPECT_DOUBLE_EQ(hodges_lehmann(a, b).estimate, median(differences));
    Sample averages;
    for (std::size_t i = 0; i < a.size(); ++i)
      for (std::size_t j = i; j < a.size(); ++j) averages.push_back((a[i] + a[j]) / 2);
    EXPECT_DOUBLE_EQ(hodges_lehmann_paired(a, Sample(a.size(), 0.0)).estimate, median(averages));
  }
}

TEST(HodgesLehmann, SwappingSamplesTurnsTheInterval) {
  const Interval shift = hodges_lehmann(kA, kB);
  const Interval swapped = hodges_lehmann(kB, kA);
  EXPECT_EQ(swapped.estimate, -shift.estimate);
  EXPECT_EQ(swapped.lo, -shift.hi);
  EXPECT_EQ(swapped.hi, -shift.lo);
  const Interval paired = hodges_lehmann_paired(kY, kX);
  EXPECT_EQ(paired.lo, -hodges_lehmann_paired(kX, kY).hi);
}

TEST(HodgesLehmann, FollowsShiftAndScale) {
  const Interval shift = hodges_lehmann(kA, kB);
  const Interval moved = hodges_lehmann(rank_samples::moved(rank_samples::reversed(kA), 2, 100),
                                        rank_samples::moved(kB, 2, 0));
  expect_relative(moved.estimate, 2 * shift.estimate + 100, 1e-13);
  expect_relative(moved.lo, 2 * shift.lo + 100, 1e-13);
}

TEST(HodgesLehmann, ADistributionMadeOnceGivesTheSame) {
  const auto distribution = RankDistribution::mann_whitney(12, 9);
  EXPECT_EQ(hodges_lehmann(kA, kB, distribution).lo, hodges_lehmann(kA, kB).lo);
  const auto other = RankDistribution::mann_whitney(6, 18);
  EXPECT_EQ(hodges_lehmann(kA, kB, other).hi, hodges_lehmann(kA, kB).hi);
}

TEST(HodgesLehmann, AMillionDifferencesTakeTheNormalApproximation) {
  Random random(8);
  Sample a(1000);
  Sample b(1000);
  for (double& value : a) value = random.normal() + 0.5;
  for (double& value : b) value = random.normal();
  const Interval shift = hodges_lehmann(a, b);
  EXPECT_EQ(shift.outcome, Outcome::kOk);
  EXPECT_NEAR(shift.estimate, 0.5, 0.12);
  // Asymptotically as wide as 2·1.96·√(2/1000·π/3).
  EXPECT_NEAR(shift.hi - shift.lo, 2 * 1.96 * std::sqrt(2e-3 * 3.14159265 / 3), 0.01);
}

TEST(HodgesLehmann, IntervalsHoldWithTheirLevel) {
  Random random(9);
  int held = 0;
  for (int round = 0; round < 2000; ++round) {
    Sample a(7);
    Sample b(7);
    for (double& value : a) value = std::exp(random.normal());
    for (double& value : b) value = std::exp(random.normal());
    const Interval shift = hodges_lehmann(a, b);
    held += shift.lo <= 0 && 0 <= shift.hi ? 1 : 0;
  }
  EXPECT_NEAR(held / 2000.0, 1 - 2 * 0.0189, 0.012);  // P(U ≤ 8) = 0.0189 (R's pwilcox)
}

TEST(HodgesLehmann, TooFewValuesForTheLevelGiveTheEstimateAlone) {
  const Interval shift = hodges_lehmann(Sample{1, 2, 3}, Sample{5.5, 7.25, 9.125});
  EXPECT_EQ(shift.outcome, Outcome::kTooFew);
  EXPECT_EQ(shift.estimate, -5.25);
  EXPECT_TRUE(std::isnan(shift.lo) && std::isnan(shift.hi));
  // 90 % is what the whole range has: P(U = 0) = 1/20.
  expect_interval(hodges_lehmann(Sample{1, 2, 3}, Sample{5.5, 7.25, 9.125}, 0.9), -8.125, -2.5);
  EXPECT_EQ(hodges_lehmann(Sample{3}, Sample{1}).outcome, Outcome::kTooFew);
  EXPECT_EQ(hodges_lehmann(Sample{3}, Sample{1}).estimate, 2);
  EXPECT_EQ(hodges_lehmann_paired(Sample{3}, Sample{1}).outcome, Outcome::kTooFew);
}

TEST(HodgesLehmann, DegenerateDataAreNamed) {
  EXPECT_EQ(hodges_lehmann({}, kB).outcome, Outcome::kTooFew);
  EXPECT_TRUE(std::isnan(hodges_lehmann({}, kB).estimate));
  EXPECT_EQ(hodges_lehmann(Sample{1, rank_samples::kNaN}, kB).outcome, Outcome::kNotFinite);
  EXPECT_EQ(hodges_lehmann(Sample{1e308, 2}, Sample{-1e308, 3}).outcome, Outcome::kNotFinite);
  EXPECT_EQ(hodges_lehmann_paired(Sample{1e308, 2}, Sample{-1e308, 2}).outcome,
            Outcome::kNotFinite);
  EXPECT_EQ(hodges_lehmann_paired(Sample{1e308, 9e307}, Sample{0, 1}).outcome, Outcome::kNotFinite);
  const Interval constant = hodges_lehmann(Sample{4, 4, 4}, Sample{1, 1});
  EXPECT_EQ(constant.outcome, Outcome::kConstant);
  EXPECT_EQ(constant.lo, 3);
  EXPECT_EQ(constant.hi, 3);
  EXPECT_EQ(hodges_lehmann_paired(kX, kX).outcome, Outcome::kConstant);
  EXPECT_EQ(hodges_lehmann_paired(kX, kX).estimate, 0);
  EXPECT_EQ(hodges_lehmann_paired(kX, kA).outcome, Outcome::kUnbalanced);
  EXPECT_EQ(hodges_lehmann_paired({}, {}).outcome, Outcome::kTooFew);
  EXPECT_EQ(hodges_lehmann_paired(Sample{rank_samples::kNaN}, {}).outcome, Outcome::kNotFinite);
}

}  // namespace
}  // namespace joulemark::stats
