// SPDX-License-Identifier: Apache-2.0
// A device at the plug that is asked for its power, and why it may have none to tell.
#pragma once

#include <string>
#include <tl/expected.hpp>

#include "base/meter_address.h"

namespace joulemark::sensors {

/// Why there is no power, in the words of SensorStatus.
struct MeterFailure {
  std::string reason;
  std::string detail;
  std::string remedy;
};

using MeterWatts = tl::expected<double, MeterFailure>;

class Meter {
 public:
  virtual ~Meter() = default;
  /// Watts now: finite, not negative, and of a size that a plug can carry. Takes no longer than the
  /// meter's time limit. One thread asks at a time.
  virtual MeterWatts ask() = 0;
};

/// Beyond every plug; three phases of 63 A give less.
inline constexpr double kMostMeterWatts = 50'000;

/// The watts if a machine can take them, else "unreadable".
MeterWatts plausible_watts(double watts, const MeterAddress& address);

/// A failure that names the meter: "netio://host:80/1: it answers 500".
tl::unexpected<MeterFailure> meter_failure(std::string reason, const MeterAddress& address,
                                           const std::string& what);

}  // namespace joulemark::sensors
