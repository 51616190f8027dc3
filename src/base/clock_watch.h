// SPDX-License-Identifier: Apache-2.0
// Whether the machine slept, or somebody set its clock, between two moments.
#pragma once

#include <functional>
#include <optional>

#include "base/clock.h"

namespace joulemark {

/// The kernel's clocks at one moment, nanoseconds.
struct ClockReading {
  Nanoseconds monotonic = 0;  ///< CLOCK_MONOTONIC: stands still while the machine is suspended
  Nanoseconds boot = 0;       ///< CLOCK_BOOTTIME: the same, and goes on
  Nanoseconds wall = 0;       ///< CLOCK_REALTIME: goes on, and can be set
};

/// What gives readings; scripted in tests.
using ClockReader = std::function<ClockReading()>;

/// Reads the clocks as close together as it can: they are of one moment to within microseconds.
ClockReading read_clocks();

/// What happened between two readings. Each is exactly 0 where the clocks agree to within 10 ms,
/// which is more than reading them is off by.
struct ClockChange {
  double suspended_s = 0;  ///< that the machine slept
  double stepped_s = 0;    ///< by which the wall clock was set; below 0: back
};
ClockChange change_between(const ClockReading& begin, const ClockReading& end);

/// Why a measurement between two readings cannot be trusted, or how it has to be read.
enum class ClockFault { kSuspended, kClockStepped };
/// The graver one; nothing where all is well.
std::optional<ClockFault> fault_of(const ClockChange& change);
/// "suspended", "clock_stepped".
const char* to_string(ClockFault fault);

}  // namespace joulemark
