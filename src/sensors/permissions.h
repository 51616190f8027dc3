// SPDX-License-Identifier: Apache-2.0
// Which energy sensors are there, and may not be read.
#pragma once

#include <vector>

#include "joulemark/finding.h"
#include "joulemark/sensor.h"

namespace joulemark::sensors {

/// One finding for each remedy, from the rows of discovery. A source whose energies another one
/// reads is not missed.
std::vector<Finding> permission_findings(const std::vector<SensorStatus>& statuses);

}  // namespace joulemark::sensors
