// SPDX-License-Identifier: Apache-2.0
// Sensor "level_zero": Intel GPU cards, by the system management of their driver.
#pragma once

#include "sensors/catalog.h"

namespace joulemark::sensors {

/// The cards whose counter cannot be read in hwmon, which is cheaper: one scope "intel-gpu-N" each,
/// whose device is the PCI address. A processor's built-in graphics are part of its package.
Discovered find_level_zero(const SensorEnvironment& environment,
                           const std::vector<ScopeInfo>& claimed);

}  // namespace joulemark::sensors
