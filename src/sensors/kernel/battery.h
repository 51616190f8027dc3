// SPDX-License-Identifier: Apache-2.0
// Sensor "battery": what a laptop draws from its battery.
#pragma once

#include "sensors/catalog.h"

namespace joulemark::sensors {

/// The power of the batteries in /sys/class/power_supply while they discharge, integrated: the
/// whole laptop, with its screen. Those of other devices (mice, UPSs) are no batteries of this
/// machine. Counted only where no other sensor reads a part of it.
Discovered find_battery(const SensorEnvironment& environment,
                        const std::vector<ScopeInfo>& claimed);

}  // namespace joulemark::sensors
