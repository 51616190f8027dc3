// SPDX-License-Identifier: Apache-2.0
// Sensor "meter": what the whole machine takes at the plug, from meters on the network.
#pragma once

#include "sensors/catalog.h"

namespace joulemark::sensors {

/// The meters of `environment`, asked once each: "wall", or "wall-0", "wall-1", … where there are
/// several, which add up. Their powers are integrated; every meter is a sensor of its own, so that
/// a slow one delays no other.
Discovered find_meters(const SensorEnvironment& environment, const std::vector<ScopeInfo>& claimed);

}  // namespace joulemark::sensors
