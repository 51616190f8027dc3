// SPDX-License-Identifier: Apache-2.0
// CLOCK_MONOTONIC for durations, CLOCK_REALTIME for time stamps.
#include "base/clock.h"

#include <cerrno>
#include <ctime>

namespace joulemark {

Nanoseconds monotonic_now() {
  timespec t{};
  clock_gettime(CLOCK_MONOTONIC, &t);
  return static_cast<Nanoseconds>(t.tv_sec) * kNanosecondsPerSecond + t.tv_nsec;
}

double wall_clock_now() {
  timespec t{};
  clock_gettime(CLOCK_REALTIME, &t);
  return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_nsec) * 1e-9;
}

Nanoseconds SystemClock::now() {
  return monotonic_now();
}

void SystemClock::sleep_until(Nanoseconds deadline) {
  const timespec t{static_cast<time_t>(deadline / kNanosecondsPerSecond),
                   static_cast<long>(deadline % kNanosecondsPerSecond)};
  while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &t, nullptr) == EINTR) {
  }
}

}  // namespace joulemark
