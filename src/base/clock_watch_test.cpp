// SPDX-License-Identifier: Apache-2.0
#include "base/clock_watch.h"

#include <gtest/gtest.h>

namespace joulemark {
namespace {

constexpr Nanoseconds kSecond = kNanosecondsPerSecond;
constexpr ClockReading kBegin{
    .monotonic = 5 * kSecond, .boot = 9 * kSecond, .wall = 1'000 * kSecond};

/// What the clocks show `awake` seconds later, after `asleep` more, and set by `set`.
ClockReading later(double awake, double asleep, double set) {
  return {.monotonic = kBegin.monotonic + to_nanoseconds(awake),
          .boot = kBegin.boot + to_nanoseconds(awake + asleep),
          .wall = kBegin.wall + to_nanoseconds(awake + asleep + set)};
}

TEST(ClockWatch, ClocksThatGoOnTogetherShowNothing) {
  const ClockChange change = change_between(kBegin, later(3, 0, 0.004));
  EXPECT_EQ(change.suspended_s, 0);
  EXPECT_EQ(change.stepped_s, 0);
  EXPECT_FALSE(fault_of(change));
}

TEST(ClockWatch, ASuspendIsNoStepOfTheWallClock) {
  const ClockChange change = change_between(kBegin, later(3, 3600, 0));
  EXPECT_DOUBLE_EQ(change.suspended_s, 3600);
  EXPECT_EQ(change.stepped_s, 0);
  EXPECT_STREQ(to_string(*fault_of(change)), "suspended");
}

TEST(ClockWatch, AWallClockIsSeenToBeSetForwardAndBack) {
  for (const double step : {-7200.0, 0.5}) {
    const ClockChange change = change_between(kBegin, later(3, 0, step));
    EXPECT_EQ(change.suspended_s, 0);
    EXPECT_DOUBLE_EQ(change.stepped_s, step);
    EXPECT_STREQ(to_string(*fault_of(change)), "clock_stepped");
  }
}

TEST(ClockWatch, BothAtOnceAreToldApart) {
  const ClockChange change = change_between(kBegin, later(3, 60, -90));
  EXPECT_DOUBLE_EQ(change.suspended_s, 60);
  EXPECT_DOUBLE_EQ(change.stepped_s, -90);
  EXPECT_EQ(fault_of(change), ClockFault::kSuspended);
}

TEST(ClockWatch, ReadingsOfThisMachineAreOfOneMoment) {
  const ClockReading begin = read_clocks();
  const ClockReading end = read_clocks();
  EXPECT_LE(begin.monotonic, end.monotonic);
  EXPECT_EQ(change_between(begin, end).suspended_s, 0);
}

}  // namespace
}  // namespace joulemark
