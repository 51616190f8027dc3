// SPDX-License-Identifier: Apache-2.0
// The one clock of the program: CLOCK_MONOTONIC in nanoseconds, behind an interface for tests.
#pragma once

#include <cstdint>

namespace joulemark {

/// Nanoseconds of CLOCK_MONOTONIC. The same clock in the orchestrator, the sampler and every worker
/// of one machine.
using Nanoseconds = std::int64_t;

inline constexpr Nanoseconds kNanosecondsPerSecond = 1'000'000'000;

inline double to_seconds(Nanoseconds ns) {
  return static_cast<double>(ns) / static_cast<double>(kNanosecondsPerSecond);
}
inline Nanoseconds to_nanoseconds(double seconds) {
  return static_cast<Nanoseconds>(seconds * static_cast<double>(kNanosecondsPerSecond));
}

/// CLOCK_MONOTONIC now. A vDSO call of about 20 ns; never fails.
Nanoseconds monotonic_now();

/// Seconds since the epoch (CLOCK_REALTIME), for time stamps that people read; never for durations.
double wall_clock_now();

/// What the orchestrator and the sampler ask for the time, so that tests can script it.
class Clock {
 public:
  virtual ~Clock() = default;
  virtual Nanoseconds now() = 0;
  /// Sleeps until `deadline` of this clock; returns at once when it has passed.
  virtual void sleep_until(Nanoseconds deadline) = 0;
};

/// CLOCK_MONOTONIC and clock_nanosleep.
class SystemClock final : public Clock {
 public:
  Nanoseconds now() override;
  void sleep_until(Nanoseconds deadline) override;
};

}  // namespace joulemark
