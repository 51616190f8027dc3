// SPDX-License-Identifier: Apache-2.0
// Tests of the detector of quantised durations.
#include "stats/comb.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <vector>

#include "base/random.h"

namespace joulemark::stats {
namespace {

/// Services that take `mean` ± `cv`, whose end is noticed every `quantum` only, some time after.
std::vector<double> polled(double quantum, double mean, double cv, double jitter) {
  Random random(7);
  std::vector<double> durations;
  for (int i = 0; i < 200; ++i) {
    const double service = mean * std::exp(cv * random.normal());
    durations.push_back(std::ceil(service / quantum) * quantum + jitter * random.uniform());
  }
  return durations;
}

std::vector<double> spread(double mean, double cv, int n = 200) {
  Random random(8);
  std::vector<double> durations;
  for (int i = 0; i < n; ++i) durations.push_back(mean * std::exp(cv * random.normal()));
  return durations;
}

TEST(Comb, PollingLoopIsFoundWithItsPeriod) {
  const auto comb = find_comb(polled(0.577, 1.2, 0.3, 0.004));
  ASSERT_TRUE(comb);
  EXPECT_NEAR(comb->quantum, 0.577, 0.006);
  EXPECT_GE(comb->teeth, 3U);
  EXPECT_LE(comb->least, 2);
  EXPECT_GT(comb->share, 0.95);
}

TEST(Comb, PollingIsFoundFromAMillisecondToASecondHoweverLateItsTimerIs) {
  for (const double quantum : {0.001, 0.005, 0.02, 0.1, 0.577, 1.0})
    for (const double jitter : {0.0, 0.02, 0.1}) {
      const auto comb = find_comb(polled(quantum, 2 * quantum, 0.4, jitter * quantum));
      ASSERT_TRUE(comb) << quantum << ", " << jitter;
      EXPECT_NEAR(comb->quantum, quantum * (1 + jitter / 2), 0.05 * quantum);
    }
}

TEST(Comb, TwoTeethAreEnoughWhereTheyAreSharp) {
  std::vector<double> durations(40, 0.0500);
  for (std::size_t i = 0; i < durations.size(); i += 3) durations[i] = 0.1001;
  const auto comb = find_comb(durations);
  ASSERT_TRUE(comb);
  EXPECT_NEAR(comb->quantum, 0.05, 1e-3);
  EXPECT_EQ(comb->least, 1);
  EXPECT_EQ(comb->most, 2);
}

TEST(Comb, HonestTimesAreNone) {
  EXPECT_FALSE(find_comb(spread(0.01, 0.002))) << "one time";
  EXPECT_FALSE(find_comb(spread(0.01, 0.3))) << "spread times";
  EXPECT_FALSE(find_comb(spread(0.01, 1.0))) << "times with a long tail";
}

TEST(Comb, WorkOfTwoSizesIsNone) {
  for (const double ratio : {1.3, 1.47, 1.8, 2.15, 2.6, 3.4, 10.0}) {
    auto durations = spread(0.01, 0.003, 100);
    for (const double value : spread(0.01 * ratio, 0.003, 100)) durations.push_back(value);
    EXPECT_FALSE(find_comb(durations)) << ratio;
  }
}

TEST(Comb, InterruptionsAreNone) {
  auto durations = spread(0.01, 0.01);
  Random random(9);
  for (std::size_t i = 0; i < durations.size(); i += 10)
    durations[i] += 0.004 + 0.03 * random.uniform();
  EXPECT_FALSE(find_comb(durations));
}

TEST(Comb, FewOrImpossibleValuesTellNothing) {
  EXPECT_FALSE(find_comb(std::vector<double>{}));
  EXPECT_FALSE(find_comb(std::vector<double>{1, 2, 3, 1, 2, 3}));
  auto durations = polled(0.577, 1.2, 0.3, 0.004);
  durations[3] = 0;
  EXPECT_FALSE(find_comb(durations));
  durations[3] = std::numeric_limits<double>::quiet_NaN();
  EXPECT_FALSE(find_comb(durations));
}

TEST(Comb, ScaleAndOrderDoNotMatter) {
  auto durations = polled(0.577, 1.2, 0.3, 0.004);
  Random random(1);
  shuffle(durations, random);
  for (double& value : durations) value *= 1e9;
  const auto comb = find_comb(durations);
  ASSERT_TRUE(comb);
  EXPECT_NEAR(comb->quantum, 0.577e9, 6e6);
}

/// How often random groups of narrow times are taken for a comb.
TEST(Comb, ChanceGroupsAreRarelyTakenForOne) {
  Random random(11);
  int found = 0;
  for (int trial = 0; trial < 1000; ++trial) {
    std::vector<double> durations;
    for (int group = 0; group < 3; ++group) {
      const double center = 1 + 4 * random.uniform();
      for (int i = 0; i < 30; ++i) durations.push_back(center * (1 + 0.002 * random.normal()));
    }
    found += find_comb(durations) ? 1 : 0;
  }
  EXPECT_LE(found, 20);
}

}  // namespace
}  // namespace joulemark::stats
