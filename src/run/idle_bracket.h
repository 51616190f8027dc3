// SPDX-License-Identifier: Apache-2.0
// The machine at rest between blocks, while no worker runs: what energies are net of.
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "joulemark/experiment.h"
#include "joulemark/result.h"
#include "joulemark/sensor.h"
#include "run/trial.h"

namespace joulemark::run {

/// Seconds of a bracket: as the protocol says, or as long as the sensors need for 2 % of an idle
/// power, 1 s at least and 10 s at most. 0, for none, where neither asks for one.
double bracket_length(const Protocol& protocol,
                      const std::vector<std::unique_ptr<Sensor>>& sensors);

/// Waits `seconds` and reads the counters around that. What cannot be read is left empty; block and
/// host are the caller's. Empty when `world.stop` was set, which ends it within a tenth of a
/// second.
std::optional<IdleBracket> observe_idle(double seconds, const TrialWorld& world);

}  // namespace joulemark::run
