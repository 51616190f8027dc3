// SPDX-License-Identifier: Apache-2.0
// Components and intervals of nested experiments against NumPy's arithmetic and by simulation.
#include "stats/kalibera_jones.h"

#include <gtest/gtest.h>

#include <cmath>

#include "base/random.h"
#include "stats/descriptive.h"
#include "stats/distribution.h"

namespace joulemark::stats {
namespace {

using Counts = std::vector<std::size_t>;

/// Four builds, two processes each, three iterations each.
const std::vector<double> kValues = {9.1,  9.3,  9.2,  9.6,  9.5,  9.9,  10.2, 10.1,
                                     10.4, 9.8,  9.9,  9.7,  9.4,  9.6,  9.5,  9.9,
                                     10.2, 10.0, 10.6, 10.4, 10.5, 10.9, 10.8, 11.1};
const Counts kCounts = {4, 2, 3};

TEST(NestedSummary, AgreesWithNumpy) {
  const NestedSummary summary = nested_summary({kValues, kCounts});
  EXPECT_EQ(summary.mean.outcome, Outcome::kOk);
  EXPECT_NEAR(summary.mean.estimate, 9.9833333333333325, 1e-14);
  EXPECT_NEAR(summary.mean.hi - summary.mean.estimate, 0.86588146088934503, 1e-13);
  EXPECT_NEAR(summary.mean.estimate - summary.mean.lo, 0.86588146088934503, 1e-13);
  ASSERT_EQ(summary.levels.size(), 3u);
  EXPECT_NEAR(summary.levels[0].biased, 0.29611111111111205, 1e-14);
  EXPECT_NEAR(summary.levels[1].biased, 0.10972222222222228, 1e-14);
  EXPECT_NEAR(summary.levels[2].biased, 0.019166666666666665, 1e-14);
  EXPECT_NEAR(summary.levels[0].own, 0.24125000000000091, 1e-14);
  EXPECT_NEAR(summary.levels[1].own, 0.10333333333333339, 1e-14);
  EXPECT_NEAR(summary.levels[2].own, 0.019166666666666665, 1e-14);
}

TEST(NestedSummary, OneLevelIsTheTInterval) {
  const std::vector<double> values = {3, 5, 4, 8};
  const Counts counts = {4};
  const NestedSummary summary = nested_summary({values, counts}, 0.9);
  const double half = t_quantile(3, 0.95) * sd(values) / 2;
  EXPECT_NEAR(summary.mean.hi, 5 + half, 1e-13);
  EXPECT_EQ(summary.levels[0].own, summary.levels[0].biased);
}

TEST(NestedSummary, DegenerateExperimentsAreNamed) {
  const std::vector<double> six = {1, 2, 3, 4, 5, 6};
  const std::vector<double> same(6, 2.5);
  const std::vector<double> nan = {1, 2, 3, 4, 5, NAN};
  const auto outcome = [](const std::vector<double>& values, const Counts& counts) {
    return nested_summary({values, counts}).mean.outcome;
  };
  EXPECT_EQ(outcome({}, {}), Outcome::kTooFew);
  EXPECT_EQ(outcome(six, {}), Outcome::kTooFew);
  EXPECT_EQ(outcome(six, {1, 6}), Outcome::kTooFew);
  EXPECT_EQ(outcome(six, {6, 1}), Outcome::kTooFew);
  EXPECT_EQ(outcome(six, {2, 2}), Outcome::kUnbalanced);
  EXPECT_EQ(outcome(six, {0, 6}), Outcome::kUnbalanced);
  EXPECT_EQ(outcome(six, {std::size_t{1} << 63, 2}), Outcome::kUnbalanced);
  EXPECT_EQ(outcome(nan, {2, 3}), Outcome::kNotFinite);
  EXPECT_EQ(outcome(same, {2, 3}), Outcome::kConstant);
  const Counts single = {1, 6};
  EXPECT_EQ(nested_summary({six, single}).mean.estimate, 3.5);
  EXPECT_TRUE(nested_summary({six, single}).levels.empty());
}

TEST(OptimalRepetitions, BalanceCostsAndVariances) {
  // Iterations 1 s, processes 8 s, builds 50 s. √(50/8 · 4/1) = 5, √(8/1 · 9/4) = 4.24.
  const std::vector<LevelVariance> levels = {{0, 1}, {0, 4}, {0, 9}};
  const std::vector<double> costs = {50, 8, 1};
  const std::vector<double> repetitions = optimal_repetitions(levels, costs);
  ASSERT_EQ(repetitions.size(), 3u);
  EXPECT_TRUE(std::isnan(repetitions[0]));
  EXPECT_EQ(repetitions[1], 5);
  EXPECT_EQ(repetitions[2], 5);
}

TEST(OptimalRepetitions, LevelsWithoutVarianceAreNotRepeated) {
  const std::vector<double> costs = {10, 1};
  const std::vector<LevelVariance> quiet_below = {{0, 1}, {0, -0.5}};
  const std::vector<LevelVariance> quiet_above = {{0, -0.1}, {0, 2}};
  const std::vector<LevelVariance> noisy_above = {{0, 1000}, {0, 2}};
  EXPECT_EQ(optimal_repetitions(quiet_below, costs)[1], 1);
  EXPECT_EQ(optimal_repetitions(quiet_above, costs)[1], INFINITY);
  EXPECT_EQ(optimal_repetitions(noisy_above, costs)[1], 1);
  EXPECT_TRUE(optimal_repetitions(quiet_below, std::vector<double>{1}).empty());
  EXPECT_TRUE(optimal_repetitions({}, {}).empty());
}

/// Builds, processes and iterations with these standard deviations about `truth`.
std::vector<double> simulate_nested(double truth, const Counts& counts, Random& random) {
  std::vector<double> values;
  for (std::size_t i = 0; i < counts[0]; ++i) {
    const double top = 0.1 * random.normal();
    for (std::size_t k = 0; k < counts[1]; ++k) {
      const double middle = 0.05 * random.normal();
      for (std::size_t j = 0; j < counts[2]; ++j)
        values.push_back(truth + top + middle + 0.02 * random.normal());
    }
  }
  return values;
}

TEST(NestedSummary, EstimatesAreUnbiasedAndCover) {
  Random random(31);
  const Counts counts = {6, 4, 3};
  constexpr int kSimulations = 3000;
  double own[3] = {};
  int covered = 0;
  for (int i = 0; i < kSimulations; ++i) {
    const std::vector<double> values = simulate_nested(2, counts, random);
    const NestedSummary summary = nested_summary({values, counts});
    for (std::size_t level = 0; level < 3; ++level)
      own[level] += summary.levels[level].own / kSimulations;
    covered += summary.mean.lo <= 2 && 2 <= summary.mean.hi ? 1 : 0;
  }
  EXPECT_NEAR(own[0] / 0.01, 1, 0.05);
  EXPECT_NEAR(own[1] / 0.0025, 1, 0.05);
  EXPECT_NEAR(own[2] / 0.0004, 1, 0.02);
  EXPECT_NEAR(covered, 0.95 * kSimulations, 0.013 * kSimulations);
}

TEST(NestedRatio, CoversTheTrueRatio) {
  Random random(32);
  const Counts counts = {10, 2, 3};
  constexpr int kSimulations = 300;
  int covered = 0;
  for (int i = 0; i < kSimulations; ++i) {
    const std::vector<double> a = simulate_nested(2.2, counts, random);
    const std::vector<double> b = simulate_nested(2, counts, random);
    const Interval ratio = nested_ratio({a, counts}, {b, counts}, {.resamples = 499});
    covered += ratio.lo <= 1.1 && 1.1 <= ratio.hi ? 1 : 0;
  }
  EXPECT_GE(covered, 0.89 * kSimulations);
  EXPECT_LE(covered, 0.99 * kSimulations);
}

TEST(NestedRatio, VarianceBetweenTopLevelsIsKept) {
  // Two-level resampling of the same values widens what belongs to the top level.
  const Counts flat = {24};
  const Interval nested = nested_ratio({kValues, kCounts}, {kValues, kCounts});
  const Interval plain = nested_ratio({kValues, flat}, {kValues, flat});
  EXPECT_EQ(nested.outcome, Outcome::kOk);
  EXPECT_EQ(nested.estimate, 1);
  EXPECT_GT(nested.hi - nested.lo, 1.5 * (plain.hi - plain.lo));
  EXPECT_EQ(nested.lo, nested_ratio({kValues, kCounts}, {kValues, kCounts}).lo);
  EXPECT_NE(nested.lo, nested_ratio({kValues, kCounts}, {kValues, kCounts}, {.seed = 2}).lo);
}

TEST(NestedRatio, DegenerateExperimentsAreNamed) {
  const std::vector<double> six = {1, 2, 3, 4, 5, 6};
  const std::vector<double> same(6, 2.0);
  const std::vector<double> zeros(6, 0.0);
  const std::vector<double> signs = {-3, -2, -1, 1, 2, 4};
  const std::vector<double> nan = {1, 2, 3, 4, 5, NAN};
  const Counts counts = {2, 3};
  const Counts single = {1, 6};
  const Counts wrong = {2, 2};
  EXPECT_EQ(nested_ratio({same, counts}, {same, counts}).outcome, Outcome::kConstant);
  EXPECT_EQ(nested_ratio({same, counts}, {same, counts}).lo, 1);
  EXPECT_EQ(nested_ratio({six, counts}, {same, counts}).outcome, Outcome::kOk);
  EXPECT_EQ(nested_ratio({six, single}, {same, counts}).outcome, Outcome::kTooFew);
  EXPECT_EQ(nested_ratio({six, single}, {same, counts}).estimate, 1.75);
  EXPECT_EQ(nested_ratio({six, counts}, {six, wrong}).outcome, Outcome::kUnbalanced);
  EXPECT_EQ(nested_ratio({six, counts}, {zeros, counts}).outcome, Outcome::kNotFinite);
  EXPECT_EQ(nested_ratio({six, counts}, {signs, counts}).outcome, Outcome::kNotFinite);
  EXPECT_EQ(nested_ratio({nan, counts}, {six, counts}).outcome, Outcome::kNotFinite);
}

}  // namespace
}  // namespace joulemark::stats
