// SPDX-License-Identifier: Apache-2.0
// Cliff's delta: golden values, the definition by brute force, invariances, degenerate data.
#include "stats/cliffs_delta.h"

#include "stats/golden_csv_test.h"
#include "stats/rank_samples_test.h"

namespace joulemark::stats {
namespace {

using rank_samples::expect_relative;
using rank_samples::kA;
using rank_samples::kB;
using rank_samples::Sample;

TEST(CliffsDelta, AgreesWithTheGoldenValues) {
  for (const golden::Row& row : golden::rows_of("cliffs_delta")) {
    auto groups = golden::data_set(row.at("dataset"));
    const CliffsDelta result = cliffs_delta(groups[row.at("group_a")], groups[row.at("group_b")]);
    expect_relative(result.delta.estimate, golden::number(row.at("statistic")));
    expect_relative(result.a12, golden::extra(row, "A12"));
  }
}

/// δ and its consistent variance from the matrix of signs, as Cliff 1996 writes it.
Interval by_definition(const Sample& a, const Sample& b, double z) {
  const auto n = static_cast<double>(a.size());
  const auto m = static_cast<double>(b.size());
  const auto sign = [](double x, double y) { return x > y ? 1.0 : x < y ? -1.0 : 0.0; };
  double d = 0;
  for (const double x : a)
    for (const double y : b) d += sign(x, y) / (n * m);
  double rows = 0;
  double columns = 0;
  double cells = 0;
  for (const double x : a) {
    double row = 0;
    for (const double y : b) row += sign(x, y) / m;
    rows += (row - d) * (row - d) / (n - 1);
  }
  for (const double y : b) {
    double column = 0;
    for (const double x : a) column += sign(x, y) / n;
    columns += (column - d) * (column - d) / (m - 1);
  }
  for (const double x : a)
    for (const double y : b) cells += (sign(x, y) - d) * (sign(x, y) - d) / ((n - 1) * (m - 1));
  const double variance = ((m - 1) * rows + (n - 1) * columns + cells) / (n * m);
  const double half =
      z * std::sqrt(variance) * std::sqrt((1 - d * d) * (1 - d * d) + z * z * variance);
  const double below = 1 - d * d + z * z * variance;
  return {.estimate = d,
          .lo = (d - d * d * d - half) / below,
          .hi = (d - d * d * d + half) / below,
          .outcome = Outcome::kOk};
}

TEST(CliffsDelta, IntervalIsThatOfTheDominanceMatrix) {
  const double z = 1.959963984540054;
  const std::vector<std::pair<Sample, Sample>> cases = {
      {kA, kB},
      {rank_samples::kTied[0], rank_samples::kTied[1]},
      // Of Hogarty & Kromrey 1999; their δ is −0.25.
      {{10, 10, 20, 20, 20, 30, 30, 30, 40, 50}, {10, 20, 30, 40, 40, 50}},
      {{1, 3}, {2, 2}}};
  for (const auto& [a, b] : cases) {
    const Interval got = cliffs_delta(a, b).delta;
    const Interval want = by_definition(a, b, z);
    EXPECT_EQ(got.outcome, Outcome::kOk);
    EXPECT_NEAR(got.estimate, want.estimate, 1e-15);
    EXPECT_NEAR(got.lo, want.lo, 1e-13);
    EXPECT_NEAR(got.hi, want.hi, 1e-13);
  }
  EXPECT_EQ(cliffs_delta(cases[2].first, cases[2].second).delta.estimate, -0.25);
}

TEST(CliffsDelta, SeparatedSamplesHaveAOneSidedInterval) {
  const CliffsDelta result = cliffs_delta(Sample{5, 6, 7, 8}, Sample{1, 2, 3, 4, 4.5});
  const double square = 1.959963984540054 * 1.959963984540054;
  EXPECT_EQ(result.delta.outcome, Outcome::kOk);
  EXPECT_EQ(result.delta.estimate, 1);
  EXPECT_EQ(result.delta.hi, 1);
  expect_relative(result.delta.lo, (4 - square) / (4 + square));
  EXPECT_EQ(result.a12, 1);
}

TEST(CliffsDelta, SwappingSamplesTurnsTheInterval) {
  const CliffsDelta result = cliffs_delta(kA, kB);
  const CliffsDelta swapped = cliffs_delta(kB, kA);
  EXPECT_EQ(swapped.delta.estimate, -result.delta.estimate);
  EXPECT_NEAR(swapped.delta.lo, -result.delta.hi, 1e-15);
  EXPECT_NEAR(swapped.a12, 1 - result.a12, 1e-15);
  const CliffsDelta low = cliffs_delta(Sample{1, 2}, Sample{3, 4});
  EXPECT_EQ(low.delta.lo, -1);
  EXPECT_EQ(low.delta.hi, -cliffs_delta(Sample{3, 4}, Sample{1, 2}).delta.lo);
}

TEST(CliffsDelta, ForgetsOrderScaleAndShift) {
  const CliffsDelta moved = cliffs_delta(rank_samples::moved(rank_samples::reversed(kA), 3, -1),
                                         rank_samples::moved(rank_samples::reversed(kB), 3, -1));
  EXPECT_EQ(moved.delta.lo, cliffs_delta(kA, kB).delta.lo);
}

TEST(CliffsDelta, ALowerLevelGivesANarrowerInterval) {
  const Interval wide = cliffs_delta(kA, kB, 0.99).delta;
  const Interval narrow = cliffs_delta(kA, kB, 0.9).delta;
  EXPECT_LT(wide.lo, narrow.lo);
  EXPECT_GT(wide.hi, narrow.hi);
  EXPECT_GE(wide.lo, -1);
}

TEST(CliffsDelta, MagnitudesHaveTheirConventionalBounds) {
  EXPECT_EQ(magnitude_of_delta(-0.146), Magnitude::kNegligible);
  EXPECT_EQ(magnitude_of_delta(-0.147), Magnitude::kSmall);
  EXPECT_EQ(magnitude_of_delta(0.33), Magnitude::kMedium);
  EXPECT_EQ(magnitude_of_delta(-0.474), Magnitude::kLarge);
  EXPECT_EQ(magnitude_of_a12(0.55), Magnitude::kNegligible);
  EXPECT_EQ(magnitude_of_a12(0.56), Magnitude::kSmall);
  EXPECT_EQ(magnitude_of_a12(0.36), Magnitude::kMedium);
  EXPECT_EQ(magnitude_of_a12(0.71), Magnitude::kLarge);
  EXPECT_EQ(magnitude_of_a12(0), Magnitude::kLarge);
  EXPECT_STREQ(to_string(Magnitude::kNegligible), "negligible");
  EXPECT_STREQ(to_string(Magnitude::kLarge), "large");
}

TEST(CliffsDelta, DegenerateDataAreNamed) {
  EXPECT_EQ(cliffs_delta({}, kB).delta.outcome, Outcome::kTooFew);
  EXPECT_TRUE(std::isnan(cliffs_delta({}, kB).a12));
  const CliffsDelta single = cliffs_delta(Sample{100}, kB);
  EXPECT_EQ(single.delta.outcome, Outcome::kTooFew);
  expect_relative(single.delta.estimate, 5.0 / 9);
  EXPECT_TRUE(std::isnan(single.delta.lo));
  const CliffsDelta constant = cliffs_delta(Sample{1, 1}, Sample{1, 1});
  EXPECT_EQ(constant.delta.outcome, Outcome::kConstant);
  EXPECT_EQ(constant.delta.lo, 0);
  EXPECT_EQ(constant.a12, 0.5);
  EXPECT_EQ(cliffs_delta(kA, Sample{rank_samples::kNaN}).delta.outcome, Outcome::kNotFinite);
}

}  // namespace
}  // namespace joulemark::stats
