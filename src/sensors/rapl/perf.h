// SPDX-License-Identifier: Apache-2.0
// Sensor "perf": the same RAPL counters as powercap's, read through the kernel's perf events.
#pragma once

#include "sensors/catalog.h"

namespace joulemark::sensors {

/// The events of the `power` PMU that count for the total as one sensor. It comes before powercap:
/// the kernel widens the counters to 64 bits, a read needs no text, and CAP_PERFMON is less than
/// root. What it cannot open is left to powercap.
Discovered find_perf(const SensorEnvironment& environment, const std::vector<ScopeInfo>& claimed);

}  // namespace joulemark::sensors
