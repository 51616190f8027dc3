// SPDX-License-Identifier: Apache-2.0
// Sensor "powercap": the RAPL energy counters of the processor sockets and their memory.
#pragma once

#include "sensors/catalog.h"

namespace joulemark::sensors {

/// Every readable, counted zone of /sys/class/powercap as one sensor, and the state of each zone.
///
/// Counted: package and dram of every socket. Not added: core and uncore (inside package), psys
/// (around packages; counted where there is no package), the memory-mapped duplicate of a zone, and
/// a die whose counter is the same as another die's of its socket; and what is `claimed`, because
/// another sensor reads it.
Discovered find_powercap(const SensorEnvironment& environment,
                         const std::vector<ScopeInfo>& claimed);

}  // namespace joulemark::sensors
