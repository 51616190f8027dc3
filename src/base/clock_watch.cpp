// SPDX-License-Identifier: Apache-2.0
// A slewed clock (adjtime, NTP) runs all three alike, so that only a jump tells them apart.
#include "base/clock_watch.h"

#include <cmath>
#include <ctime>
#include <limits>

namespace joulemark {
namespace {

constexpr double kLeastChangeS = 0.01;
/// Of this many readings, that counts during which this thread lost the processor for the least.
constexpr int kTries = 5;

Nanoseconds now_of(clockid_t clock) {
  timespec t{};
  clock_gettime(clock, &t);
  return static_cast<Nanoseconds>(t.tv_sec) * kNanosecondsPerSecond + t.tv_nsec;
}

double beyond_noise(Nanoseconds difference) {
  const double seconds = to_seconds(difference);
  return std::abs(seconds) < kLeastChangeS ? 0 : seconds;
}

}  // namespace

ClockReading read_clocks() {
  ClockReading best;
  Nanoseconds shortest = std::numeric_limits<Nanoseconds>::max();
  for (int i = 0; i < kTries; ++i) {
    const Nanoseconds before = monotonic_now();
    const ClockReading reading{
        .monotonic = before, .boot = now_of(CLOCK_BOOTTIME), .wall = now_of(CLOCK_REALTIME)};
    const Nanoseconds took = monotonic_now() - before;
    if (took >= shortest) continue;
    shortest = took;
    best = reading;
  }
  return best;
}

// A wall clock goes on through a suspend, so that it is compared with the clock that does as well.
ClockChange change_between(const ClockReading& begin, const ClockReading& end) {
  const Nanoseconds awake = end.monotonic - begin.monotonic;
  const Nanoseconds passed = end.boot - begin.boot;
  const Nanoseconds shown = end.wall - begin.wall;
  return {.suspended_s = beyond_noise(passed - awake), .stepped_s = beyond_noise(shown - passed)};
}

std::optional<ClockFault> fault_of(const ClockChange& change) {
  if (change.suspended_s != 0) return ClockFault::kSuspended;
  if (change.stepped_s != 0) return ClockFault::kClockStepped;
  return std::nullopt;
}

const char* to_string(ClockFault fault) {
  return fault == ClockFault::kSuspended ? "suspended" : "clock_stepped";
}

}  // namespace joulemark
