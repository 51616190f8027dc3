// SPDX-License-Identifier: Apache-2.0
// How long the measured windows of an experiment are.
#pragma once

#include <memory>
#include <vector>

#include "base/error.h"
#include "joulemark/experiment.h"
#include "joulemark/sensor.h"

namespace joulemark::run {

/// Seconds of a window: as the protocol says, or as long as the sensors need for the precision that
/// it asks for. kUsage, with the seconds that it would take, when a precision is asked for that the
/// windows or the trials' longest time do not allow. Nothing is asked of a machine without a
/// sensor: there is no energy then, and the report says so.
Result<double> window_length(const Protocol& protocol,
                             const std::vector<std::unique_ptr<Sensor>>& sensors);

}  // namespace joulemark::run
