// SPDX-License-Identifier: Apache-2.0
// Tests of what the reads of a counter tell about its updates.
#include "sensors/counters/cadence.h"

#include <gtest/gtest.h>

namespace joulemark::sensors {
namespace {

constexpr Nanoseconds kMs = 1'000'000;

/// A read that takes no time.
void see(Cadence& cadence, std::uint64_t raw, Nanoseconds t) {
  cadence.see(raw, t, t);
}

/// Reads every `step_ms` from `from_ms` to `to_ms` a counter that is updated every `period_ms`.
void read_through(Cadence& cadence, double period_ms, int from_ms, int to_ms, int step_ms = 1) {
  for (int t = from_ms; t <= to_ms; t += step_ms)
    see(cadence, static_cast<std::uint64_t>(t / period_ms), t * kMs);
}

TEST(Cadence, PeriodIsTheUsualTimeBetweenSteps) {
  Cadence cadence;
  read_through(cadence, 20, 7, 220);
  see(cadence, 99, 300 * kMs);
  EXPECT_EQ(cadence.steps(), 12U);
  cadence.calibrate();
  EXPECT_TRUE(cadence.is_measured());
  EXPECT_NEAR(cadence.period_s(), 0.020, 1e-9);
  EXPECT_EQ(cadence.stall_limit_s(), 1);
}

TEST(Cadence, PeriodIsKnownFinerThanTheReads) {
  Cadence cadence;
  // Reads see one step of the register after 0.9 ms, and the next after 1 ms.
  for (int i = 0; i <= 110; ++i)
    see(cadence, static_cast<std::uint64_t>(i * 0.1 / 0.976), i * kMs / 10);
  cadence.calibrate();
  EXPECT_NEAR(cadence.period_s(), 0.000976, 0.00001);
}

TEST(Cadence, NothingIsUpdatedMoreOftenThanAboutEveryMillisecond) {
  Cadence cadence;
  for (int i = 0; i < 20; ++i) see(cadence, static_cast<std::uint64_t>(i), i * kMs / 10);
  cadence.calibrate();
  EXPECT_EQ(cadence.period_s(), 0.0009);
}

TEST(Cadence, CounterThatWasNotSeenToStepHasALowerBoundThatReadsRaise) {
  Cadence cadence;
  read_through(cadence, 1000, 10, 310);
  cadence.calibrate();
  EXPECT_FALSE(cadence.is_measured());
  EXPECT_NEAR(cadence.period_s(), 0.3, 1e-9);
  read_through(cadence, 1000, 400, 2100, 100);
  EXPECT_NEAR(cadence.period_s(), 1.0, 0.02);
  EXPECT_NEAR(cadence.stall_limit_s(), 5, 0.1);
}

TEST(Cadence, HoldsAreFoundInTheWindowsThatTheyReachInto) {
  Cadence cadence;
  read_through(cadence, 1, 0, 20);
  cadence.calibrate();
  read_through(cadence, 1, 21, 100);
  for (int t = 101; t <= 500; ++t) see(cadence, 100, t * kMs);
  read_through(cadence, 1, 501, 600);
  EXPECT_NEAR(cadence.longest_hold_s(150 * kMs, 550 * kMs), 0.4, 1e-9);
  EXPECT_NEAR(cadence.longest_hold_s(500 * kMs, 600 * kMs), 0.4, 1e-9);
  EXPECT_EQ(cadence.longest_hold_s(510 * kMs, 550 * kMs), 0);
  EXPECT_EQ(cadence.longest_hold_s(20 * kMs, 99 * kMs), 0);
  EXPECT_TRUE(cadence.is_measured());
  EXPECT_NEAR(cadence.period_s(), 0.001, 1e-9);
}

TEST(Cadence, ReadThatWasInterruptedIsNoHold) {
  Cadence cadence;
  read_through(cadence, 1, 0, 20);
  cadence.calibrate();
  see(cadence, 20, 21 * kMs);
  cadence.see(20, 22 * kMs, 3000 * kMs);
  EXPECT_NEAR(cadence.longest_hold_s(0, 4000 * kMs), 0.002, 1e-9);
  cadence.see(3001, 3001 * kMs, 3001 * kMs);
  EXPECT_NEAR(cadence.longest_hold_s(0, 4000 * kMs), 0.002, 1e-9);
}

TEST(Cadence, PresentHoldCounts) {
  Cadence cadence;
  read_through(cadence, 1, 0, 20);
  cadence.calibrate();
  for (int t = 21; t <= 400; ++t) see(cadence, 20, t * kMs);
  EXPECT_NEAR(cadence.longest_hold_s(10 * kMs, 20 * kMs), 0.38, 1e-9);
  EXPECT_EQ(cadence.longest_hold_s(10 * kMs, 19 * kMs), 0);
}

}  // namespace
}  // namespace joulemark::sensors
