// SPDX-License-Identifier: Apache-2.0
// Shares of spans whose joules are known.
#include "serve/energy/timeline.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <vector>

#include "base/random.h"

namespace joulemark::serve {
namespace {

constexpr Nanoseconds kMs = 1'000'000;

Served busy(Nanoseconds begin, Nanoseconds end) {
  return {.begin = begin, .end = end, .engine_time = end - begin};
}

/// Spans of 100 ms from 1 s on.
EnergyTimeline timeline_of(const std::vector<double>& joules) {
  EnergyTimeline timeline(1000);
  Nanoseconds t = 1000 * kMs;
  for (const double one : joules) {
    timeline.add({.begin = t, .end = t + 100 * kMs, .joules = one});
    t += 100 * kMs;
  }
  return timeline;
}

TEST(EnergyTimeline, AShortRequestGetsItsTimesPartOfTheWholeWindow) {
  const EnergyShare share = timeline_of({10, 20}).share_of(busy(1120 * kMs, 1140 * kMs));
  ASSERT_TRUE(share.measured) << share.reason;
  EXPECT_DOUBLE_EQ(share.joules, 4);
  EXPECT_DOUBLE_EQ(share.window_s, 0.1);
  EXPECT_DOUBLE_EQ(share.window_joules, 20);
  EXPECT_DOUBLE_EQ(share.share, 0.2);
  EXPECT_THAT(share.method, testing::HasSubstr("time"));
}

TEST(EnergyTimeline, ALongTextIsTheSumOverItsReadings) {
  const EnergyShare share = timeline_of({10, 20, 30}).share_of(busy(1050 * kMs, 1250 * kMs));
  EXPECT_DOUBLE_EQ(share.joules, 5 + 20 + 15);
  EXPECT_DOUBLE_EQ(share.window_joules, 60);
  EXPECT_DOUBLE_EQ(share.window_s, 0.3);
}

TEST(EnergyTimeline, JobsOfOneBatchShareItByTheEnginesTimeForThem) {
  Served served = busy(1000 * kMs, 1100 * kMs);
  served.engine_time = 25 * kMs;
  EXPECT_DOUBLE_EQ(timeline_of({8}).share_of(served).joules, 2);
}

TEST(EnergyTimeline, ARequestThatEndsOnAReadingTouchesNothingBehindIt) {
  const auto timeline = timeline_of({10, 20, 30});
  EXPECT_DOUBLE_EQ(timeline.share_of(busy(1100 * kMs, 1200 * kMs)).joules, 20);
  EXPECT_DOUBLE_EQ(timeline.share_of(busy(1100 * kMs, 1200 * kMs)).window_joules, 20);
  EXPECT_TRUE(timeline.covers(1300 * kMs));
  EXPECT_FALSE(timeline.covers(1300 * kMs + 1));
}

TEST(EnergyTimeline, WhatIsNotKnownIsAbsentWithItsReason) {
  EnergyTimeline timeline = timeline_of({10, 20});
  EXPECT_THAT(timeline.share_of({.end = 5}).reason, testing::HasSubstr("never began"));
  EXPECT_THAT(timeline.share_of(busy(900 * kMs, 1050 * kMs)).reason,
              testing::HasSubstr("before the first reading"));
  timeline.add({.begin = 1200 * kMs, .end = 1300 * kMs, .reason = "it was reset"});
  const EnergyShare share = timeline.share_of(busy(1150 * kMs, 1250 * kMs));
  EXPECT_FALSE(share.measured);
  EXPECT_EQ(share.joules, 0);
  EXPECT_EQ(share.reason, "it was reset");
}

TEST(EnergyTimeline, OnlyTheLastSpansAreKept) {
  EnergyTimeline timeline(2);
  for (Nanoseconds t = 1; t <= 3; ++t) timeline.add({.begin = t, .end = t + 1, .joules = 1});
  EXPECT_FALSE(timeline.share_of(busy(1, 2)).measured);
  EXPECT_TRUE(timeline.share_of(busy(2, 3)).measured);
}

/// Batches one after the other, of random lengths and with random jobs; rests between them where
/// `rest` is more than 0.
double shares_of_random_batches(const EnergyTimeline& timeline, Random& random, double rest) {
  double sum = 0;
  Nanoseconds t = 1000 * kMs;
  const Nanoseconds end = t + 1000 * kMs;
  while (t < end) {
    Served served =
        busy(t, std::min(end, t + 1 + static_cast<Nanoseconds>(random.below(250 * kMs))));
    Nanoseconds left = served.engine_time;
    while (left > 0) {
      served.engine_time =
          1 + static_cast<Nanoseconds>(random.below(static_cast<std::uint64_t>(left)));
      left -= served.engine_time;
      sum += timeline.share_of(served).joules;
    }
    t = served.end + static_cast<Nanoseconds>(rest * static_cast<double>(random.below(100 * kMs)));
  }
  return sum;
}

TEST(EnergyTimeline, SharesNeverAddUpToMoreAndUnderContinuousLoadToAll) {
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    Random random(seed, 0);
    std::vector<double> joules;
    double all = 0;
    for (int i = 0; i < 10; ++i) all += joules.emplace_back(static_cast<double>(random.below(100)));
    const EnergyTimeline timeline = timeline_of(joules);
    EXPECT_NEAR(shares_of_random_batches(timeline, random, 0), all, 1e-9 * all);
    EXPECT_LE(shares_of_random_batches(timeline, random, 1), all * (1 + 1e-9));
  }
}

}  // namespace
}  // namespace joulemark::serve
