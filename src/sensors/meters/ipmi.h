// SPDX-License-Identifier: Apache-2.0
// Sensor "ipmi": the power of a server as its management controller measures it (DCMI).
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <tl/expected.hpp>

#include "sensors/catalog.h"

namespace joulemark::sensors {

/// "node": the whole server, its power integrated; counted only where no other sensor reads a part
/// of it. Asking is slow, so it has a thread of its own.
Discovered find_ipmi(const SensorEnvironment& environment, const std::vector<ScopeInfo>& claimed);

/// An answer to DCMI's "Get Power Reading".
struct DcmiPower {
  double watts = 0;
  double period_s = 0;  ///< of the controller's own statistics
};

/// Why there is none: "not_supported" (a completion code or 0 W says so), "inactive" (the
/// controller does not measure), "unreadable" (an answer of another form).
struct DcmiFailure {
  std::string reason;
  std::string detail;
};

/// `reply` begins with the completion code and is untrusted.
tl::expected<DcmiPower, DcmiFailure> parse_power_reading(std::span<const std::uint8_t> reply);

}  // namespace joulemark::sensors
