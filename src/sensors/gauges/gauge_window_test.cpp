// SPDX-License-Identifier: Apache-2.0
#include "sensors/gauges/gauge_window.h"

#include <gtest/gtest.h>

#include <cmath>
#include <functional>

#include "base/random.h"
#include "sensors/gauges/reading_step.h"

namespace joulemark::sensors {
namespace {

/// Readings of a power every `step_s` from 0 to `last_s`.
PowerIntegral sampled(double step_s, double last_s, const std::function<double(double)>& watts) {
  PowerIntegral integral;
  const int count = static_cast<int>(std::lround(last_s / step_s));
  for (int i = 0; i <= count; ++i)
    integral.take({.t = to_nanoseconds(i * step_s), .watts = watts(i * step_s)});
  return integral;
}

GaugeWindow window(double begin_s, double end_s) {
  return {.begin = to_nanoseconds(begin_s), .end = to_nanoseconds(end_s), .longest_step_s = 1};
}

TEST(GaugeWindow, ARampIsExact) {
  const auto integral = sampled(0.5, 4, [](double t) { return 100 * t; });
  const auto energy = energy_of_window(integral, {}, window(1, 3));
  ASSERT_TRUE(energy);
  EXPECT_NEAR(energy->joules, 400, 1e-9);
  // Four steps of 50 W and 0.5 s, of instants that rise: d²s²/4 each, and more for being few.
  EXPECT_NEAR(energy->uncertainty_j, std::sqrt(4 * 50 * 50 * 0.25 / 4 * (1 + 10.0 / 4)), 1e-9);
}

TEST(GaugeWindow, EdgesMayLieBetweenSamples) {
  const auto integral = sampled(1, 4, [](double t) { return 100 * t; });
  EXPECT_NEAR(energy_of_window(integral, {}, window(0.25, 2.75))->joules, 375, 1e-9);
}

TEST(GaugeWindow, TimeThatNobodySampledIsAGapForTheWindowsThatHaveIt) {
  PowerIntegral integral;
  for (const int t : {0, 1, 5, 6}) integral.take({.t = to_nanoseconds(t), .watts = 100});
  EXPECT_FALSE(energy_of_window(integral, {}, window(0, 6)));
  EXPECT_FALSE(energy_of_window(integral, {}, window(5, 7)));
  EXPECT_NEAR(energy_of_window(integral, {}, window(5, 6))->joules, 100, 1e-9);
}

/// A mean over the last second, of a power that is 300 W from 5 s to 8 s and 100 W else.
double mean_of_a_burst(double t) {
  const auto overlap = [&](double from, double to) {
    return std::max(0.0, std::min(t, to) - std::max(t - 1, from));
  };
  return 100 + 200 * overlap(5, 8);
}

TEST(GaugeWindow, WhatAMeanRemembersIsReadBehindTheEnd) {
  const auto integral = sampled(0.1, 10, mean_of_a_burst);
  const auto energy = energy_of_window(integral, {.average_s = 1}, window(5, 8));
  EXPECT_NEAR(energy->joules, 900, 1e-9);
  // Without those readings half of the mean is missing at each edge, and one makes up for the other
  // only where the power is the same behind the end.
  const auto cut = sampled(0.1, 8, mean_of_a_burst);
  const auto early = energy_of_window(cut, {.average_s = 1}, window(5, 8));
  EXPECT_NEAR(early->joules, 800, 1e-9);
  EXPECT_GT(1.96 * early->uncertainty_j, 100);
  EXPECT_LT(energy->uncertainty_j, early->uncertainty_j);
}

TEST(GaugeWindow, APowerThatFellBeforeAShortWindowIsNoNegativeEnergy) {
  const auto integral = sampled(0.5, 3, [](double t) { return t < 1.25 ? 90.0 : 9.0; });
  const auto energy = energy_of_window(integral, {.update_s = 1}, window(1, 1.5));
  EXPECT_GE(energy->joules, 0);
  EXPECT_LE(energy->joules, 90 * 0.5);
  EXPECT_GT(energy->uncertainty_j, 10);
}

TEST(GaugeWindow, ALoadThatBeganShortlyBeforeTheWindowIsInTheUncertainty) {
  const auto integral = sampled(0.1, 12, mean_of_a_burst);
  const auto energy = energy_of_window(integral, {.average_s = 1}, window(5.5, 8));
  // The reading at the begin is the mean of half idle and half load: 200 W.
  EXPECT_NEAR(energy->joules, 750 + 25, 1);
  EXPECT_GT(1.96 * energy->uncertainty_j, 25);
  const auto long_before = energy_of_window(integral, {.average_s = 1}, window(7.1, 8));
  EXPECT_LT(long_before->uncertainty_j, energy->uncertainty_j / 2);
}

TEST(GaugeWindow, AGuessOfWhatAGaugeRemembersCountsWhereTheEdgesDiffer) {
  // In truth it remembers nothing, and the power at the end goes on.
  const auto integral = sampled(0.1, 10, [](double t) { return t < 5 ? 100.0 : 300.0; });
  const GaugeTiming timing{.average_s = 1, .update_s = 0, .is_guessed = true};
  const auto energy = energy_of_window(integral, timing, window(3, 8));
  EXPECT_NEAR(energy->joules, 1100, 210);
  EXPECT_GT(1.96 * energy->uncertainty_j, std::abs(energy->joules - 1100));
  const auto even = energy_of_window(integral, timing, window(6.5, 8));
  EXPECT_NEAR(even->joules, 450, 1e-9);
  EXPECT_NEAR(even->uncertainty_j, 0, 1e-9);
}

TEST(GaugeWindow, StepsOfEqualReadingsErrTogetherAndOthersDoNot) {
  PowerIntegral still;
  PowerIntegral moving;
  for (int i = 0; i <= 100; ++i) {
    still.take({.t = to_nanoseconds(i * 0.1), .watts = 50, .step_w = 1});
    moving.take({.t = to_nanoseconds(i * 0.1), .watts = 50 + i % 2 * 1e-6, .step_w = 1});
  }
  EXPECT_NEAR(energy_of_window(still, {}, window(0, 10))->uncertainty_j, 10 / std::sqrt(6), 1e-9);
  EXPECT_NEAR(energy_of_window(moving, {}, window(0, 10))->uncertainty_j, 1 / std::sqrt(6), 1e-4);
}

TEST(GaugeWindow, InstantsThatStandForThemselvesHaveTheVarianceOfTheirMean) {
  Random random(7);
  PowerIntegral integral;
  constexpr int kCount = 20000;
  for (int i = 0; i <= kCount; ++i)
    integral.take({.t = to_nanoseconds(i * 0.1), .watts = random.uniform() < 0.5 ? 0.0 : 100.0});
  const auto energy = energy_of_window(integral, {}, window(0, kCount * 0.1));
  // Each has 50 W of deviation, and stands for 0.1 s.
  EXPECT_NEAR(energy->uncertainty_j, 50 * 0.1 * std::sqrt(kCount),
              50 * 0.1 * std::sqrt(kCount) / 20);
}

TEST(GaugeWindow, AMeanMayHideALoadThatIsRestless) {
  const auto restless = [](double t) {
    return t < 3 ? 100.0 : std::lround(t * 20) % 2 == 0 ? 299.0 : 301.0;
  };
  const auto still = [](double t) { return t < 3 ? 100.0 : 300.0; };
  const GaugeTiming timing{.average_s = 0.05, .update_s = 0.05};
  const auto u = [&](const std::function<double(double)>& watts) {
    return energy_of_window(sampled(0.05, 10, watts), timing, window(5, 8))->uncertainty_j;
  };
  EXPECT_LT(u(still), 1e-3);
  // At each edge 0.3 of 200 W over the mean's length.
  EXPECT_NEAR(u(restless), 0.3 * 200 * 0.05 * std::sqrt(2.0), 0.3);
}

TEST(PowerIntegral, ForgetsTheOldest) {
  PowerIntegral integral;
  constexpr int kMany = 70000;
  for (int i = 0; i < kMany; ++i) integral.take({.t = to_nanoseconds(i), .watts = 1});
  EXPECT_EQ(integral.size(), 65536U);
  EXPECT_FALSE(integral.at_or_before(to_nanoseconds(kMany - 65537)));
  EXPECT_EQ(integral.at_or_before(to_nanoseconds(kMany - 65536)), 0U);
  EXPECT_NEAR(
      energy_of_window(integral, {}, {to_nanoseconds(10000), to_nanoseconds(69999), 1})->joules,
      59999, 1e-6);
}

TEST(ReadingStep, IsWhatAllNumbersAreMultiplesOf) {
  ReadingStep step;
  EXPECT_EQ(step.step(), 1);
  for (const long long milliamperes : {7496, 7504, 8, 16, 0, -24, 7400, 6640}) {
    step.see(milliamperes);
    EXPECT_EQ(step.step(), 1);
    EXPECT_EQ(step.proven_step(), 1);
  }
  step.see(7000);
  EXPECT_EQ(step.step(), 8);
}

TEST(ReadingStep, OfFewNumbersIsThePowerOfTenThatTheyShare) {
  ReadingStep step;
  step.see(111'000'000);
  EXPECT_EQ(step.step(), 1'000'000);
  step.see(110'000'000);
  EXPECT_EQ(step.step(), 1'000'000);
  step.see(110'400'000);
  EXPECT_EQ(step.step(), 100'000);
  step.see(110'123'456);
  EXPECT_EQ(step.step(), 1);
  ReadingStep round;
  // Nobody measures 100 W in steps of 100 W.
  round.see(100'000'000);
  EXPECT_EQ(round.step(), 1'000'000);
}

}  // namespace
}  // namespace joulemark::sensors
