// SPDX-License-Identifier: Apache-2.0
// In which condition NVIDIA boards are before a measurement.
#pragma once

#include <memory>
#include <vector>

#include "host/host.h"
#include "joulemark/finding.h"
#include "sensors/catalog.h"

namespace joulemark::sensors {

/// Persistence, power limit, clocks, error correction, instances and who else computes, of all
/// boards. Changes nothing. Lists processes, which takes the driver's lock: never while something
/// is measured. None where there is no driver; what a board does not tell is not found.
std::vector<Finding> nvml_findings(const SensorEnvironment& environment);

/// What the boards are, as facts of the machine: the driver's version, their names and their power
/// limits. None where there is no driver.
host::Facts nvml_facts(const SensorEnvironment& environment);

}  // namespace joulemark::sensors
