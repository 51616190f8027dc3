// SPDX-License-Identifier: Apache-2.0
// The best set: relations as the intervals have them, and the promised levels, by simulation.
#include "stats/best_set.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "base/random.h"
#include "stats/simulate_test.h"

namespace joulemark::stats {
namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

TEST(BestSet, HoldsTheTrulyBestOne) {
  Random random(8);
  constexpr int kSimulations = 1000;
  int held = 0;
  for (int i = 0; i < kSimulations; ++i) {
    const auto values = simulate({1.01, 1.0, 1.005, 1.02, 1.05, 1.3}, 6, random);
    held += best_set(values).comparisons[1].relation != Relation::kWorse ? 1 : 0;
  }
  EXPECT_GE(held, 0.95 * kSimulations);
}

TEST(BestSet, HoldsTheTrulyBestOneWithoutAMargin) {
  Random random(9);
  constexpr int kSimulations = 1000;
  int held = 0;
  for (int i = 0; i < kSimulations; ++i) {
    const auto values = simulate({1.0, 1.0, 1.0, 1.0}, 5, random);
    const BestSet set = best_set(values, {.margin = 0});
    held += set.comparisons[2].relation != Relation::kWorse ? 1 : 0;
  }
  EXPECT_GE(held, 0.95 * kSimulations);
}

TEST(BestSet, TellsWorseEquivalentAndUnresolvedApart) {
  Random random(10);
  const auto values = simulate({1.0, 1.0001, 1.3}, 400, random);
  const BestSet set = best_set(values);
  ASSERT_TRUE(set.best);
  EXPECT_LE(*set.best, 1u);
  EXPECT_EQ(set.comparisons[*set.best].relation, Relation::kBest);
  EXPECT_EQ(set.comparisons[1 - *set.best].relation, Relation::kEquivalent);
  EXPECT_EQ(set.comparisons[2].relation, Relation::kWorse);
  const auto few = simulate({1.0, 1.02}, 3, random);
  const BestSet unresolved = best_set(few);
  EXPECT_EQ(unresolved.comparisons[1 - *unresolved.best].relation, Relation::kUnresolved);
}

TEST(BestSet, ComparesWithinBlocksThatBothHave) {
  // The second lacks the slow last blocks; by plain means it would look best.
  const std::vector<std::vector<double>> values = {{1.0, 1.1, 1.0, 9.0, 9.1},
                                                   {1.2, 1.3, 1.2, kNaN, kNaN}};
  const BestSet set = best_set(values);
  ASSERT_TRUE(set.best);
  EXPECT_EQ(*set.best, 0u);
  EXPECT_EQ(set.comparisons[1].blocks, 3);
  EXPECT_EQ(set.comparisons[1].relation, Relation::kWorse);
}

TEST(BestSet, OneLuckyTrialIsNotTheBest) {
  const std::vector<std::vector<double>> values = {{1.0, 1.01, 0.99, 1.0}, {0.5, kNaN, kNaN, kNaN}};
  const BestSet set = best_set(values);
  EXPECT_EQ(set.best, 0u);
  EXPECT_EQ(set.comparisons[1].relation, Relation::kUnresolved);
}

TEST(BestSet, NothingOneAndNoValueAtAllAreAnswers) {
  EXPECT_FALSE(best_set({}).best);
  const std::vector<std::vector<double>> none = {{kNaN, kNaN}, {kNaN, -1}};
  EXPECT_FALSE(best_set(none).best);
  const std::vector<std::vector<double>> one = {{2, 3}};
  const BestSet set = best_set(one);
  EXPECT_EQ(set.best, 0u);
  EXPECT_EQ(set.comparisons[0].relation, Relation::kBest);
}

TEST(BestSet, OneBlockResolvesNothing) {
  const std::vector<std::vector<double>> values = {{1.0}, {5.0}};
  const BestSet set = best_set(values);
  EXPECT_EQ(set.comparisons[1].relation, Relation::kUnresolved);
  EXPECT_EQ(set.comparisons[1].ratio.outcome, Outcome::kTooFew);
}

/// What went wrong in simulated experiments, as shares of them.
struct ErrorRates {
  double uncovered = 0;    // an interval does not hold the true ratio to the picked best
  double false_worse = 0;  // called worse, and truly within the margin of the picked best
};

bool any_uncovered(const BestSet& set, const std::vector<double>& truth) {
  for (std::size_t i = 0; i < truth.size(); ++i) {
    const Interval& ratio = set.comparisons[i].ratio;
    const double real = truth[i] / truth[*set.best];
    if (real < ratio.lo || real > ratio.hi) return true;
  }
  return false;
}

bool any_false_worse(const BestSet& set, const std::vector<double>& truth, double margin) {
  for (std::size_t i = 0; i < truth.size(); ++i) {
    const bool within = truth[i] / truth[*set.best] <= (1 + margin) * (1 + 1e-12);
    if (within && set.comparisons[i].relation == Relation::kWorse) return true;
  }
  return false;
}

constexpr int kExperiments = 2000;

ErrorRates error_rates(const std::vector<double>& truth, int blocks,
                       const std::vector<double>& noise, std::uint64_t seed) {
  Random random(seed);
  const BestSetOptions options;
  ErrorRates rates;
  for (int i = 0; i < kExperiments; ++i) {
    const BestSet set = best_set(simulate(truth, blocks, random, noise), options);
    rates.uncovered += any_uncovered(set, truth) ? 1.0 / kExperiments : 0;
    rates.false_worse += any_false_worse(set, truth, options.margin) ? 1.0 / kExperiments : 0;
  }
  return rates;
}

/// Three standard errors of a share that is `p`, above it.
double at_most(double p) {
  return p + 3 * std::sqrt(p * (1 - p) / kExperiments);
}

class BestSetOfSize : public testing::TestWithParam<std::size_t> {};

TEST_P(BestSetOfSize, IntervalsHoldTogetherAlthoughTheDataChoseTheBest) {
  const std::vector<double> equal(GetParam(), 1.0);
  for (const int blocks : {5, 10}) {
    const ErrorRates rates = error_rates(equal, blocks, {0.02}, 21);
    EXPECT_LE(rates.uncovered, at_most(0.05)) << blocks;
    EXPECT_LE(rates.false_worse, at_most(0.025)) << blocks;
  }
}

TEST_P(BestSetOfSize, IntervalsHoldTogetherWhateverTheNoiseOfEach) {
  const std::vector<double> equal(GetParam(), 1.0);
  const ErrorRates rates = error_rates(equal, 10, {0.005, 0.15, 0.05}, 22);
  EXPECT_LE(rates.uncovered, at_most(0.05));
  EXPECT_LE(rates.false_worse, at_most(0.025));
}

TEST_P(BestSetOfSize, RivalsAtTheMarginAreRarelyCalledWorse) {
  std::vector<double> truth(GetParam(), 1.03);
  truth[0] = 1;
  const ErrorRates rates = error_rates(truth, 10, {0.02}, 23);
  EXPECT_LE(rates.uncovered, at_most(0.05));
  EXPECT_LE(rates.false_worse, at_most(0.025));
}

INSTANTIATE_TEST_SUITE_P(Treatments, BestSetOfSize, testing::Values(2, 4, 8, 20));

TEST(BestSet, WhatIsSurelyMoreButNotSurelyBeyondTheMarginIsBehind) {
  const std::vector<std::vector<double>> values = {{1.0, 1.1, 1.0, 0.9},
                                                   {1.028, 1.132, 1.03, 0.926}};
  const Comparison rival = best_set(values).comparisons[1];
  EXPECT_GT(rival.ratio.lo, 1);
  EXPECT_GT(rival.ratio.hi, 1.03);
  EXPECT_EQ(rival.relation, Relation::kBehind);
  EXPECT_EQ(best_set(values, {.margin = 0}).comparisons[1].relation, Relation::kWorse);
  EXPECT_EQ(best_set(values, {.margin = 0.05}).comparisons[1].relation, Relation::kEquivalent);
}

}  // namespace
}  // namespace joulemark::stats
