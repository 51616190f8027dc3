// SPDX-License-Identifier: Apache-2.0
// The energy that published models ascribe to a load, for where nothing can be measured. Made only
// when asked for, and never put in the place of a measurement.
#pragma once

#include <filesystem>
#include <optional>

#include "joulemark/sensor.h"
#include "sensors/estimate/estimate_models.h"

namespace joulemark::sensors {

/// What /proc below `root` says of the processors; what it does not say stays 0 or empty.
ProcessorFacts read_processor_facts(const std::filesystem::path& root);

/// What a process used in a window.
struct WindowUse {
  double seconds = 0;           ///< the window's length
  std::optional<double> cpu_s;  ///< CPU time of all its threads
};

/// The interval over the models that know these processors, when the process has the machine for
/// itself. Absent with a reason: "no_window", "no_cpu_time" (without it there is no utilisation) or
/// "unknown_processor" (to every model).
EnergyEstimate estimate_energy(const ProcessorFacts& facts, const WindowUse& use);

}  // namespace joulemark::sensors
