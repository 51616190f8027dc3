// SPDX-License-Identifier: Apache-2.0
// Sensor "battery": what a laptop draws from its battery.
#pragma once

#include "sensors/catalog.h"

namespace joulemark::sensors {

/// The power of /sys/class/power_supply/BAT* while it discharges, integrated: the whole laptop,
/// with its screen. Counted only where no other sensor reads a part of it.
Discovered find_battery(const SensorEnvironment& environment,
                        const std::vector<ScopeInfo>& claimed);

}  // namespace joulemark::sensors
