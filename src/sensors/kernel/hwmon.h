// SPDX-License-Identifier: Apache-2.0
// Sensor "hwmon": energy counters and power gauges of chips that the kernel's hwmon drivers know.
#pragma once

#include "sensors/catalog.h"

namespace joulemark::sensors {

/// Counters of the chips in the table of hwmon.cpp as one sensor, and their gauges as another.
/// Chips that are not in the table may measure anything: they are listed as "unknown", not added.
Discovered find_hwmon(const SensorEnvironment& environment, const std::vector<ScopeInfo>& claimed);

}  // namespace joulemark::sensors
