// SPDX-License-Identifier: Apache-2.0
// `--calibration SENSOR=GAIN±U` of the commands that have no experiment's flags.
#pragma once

#include <string>
#include <vector>

#include "base/calibration.h"
#include "base/error.h"
#include "cli/command_line.h"

namespace joulemark::cli {

void declare_calibrations(Arguments& arguments, std::vector<std::string>& calibrations);

/// What the flag, or an experiment, says. kUsage when one is no calibration, or of no sensor.
Result<std::vector<Calibration>> calibrations_from(const std::vector<std::string>& texts);

}  // namespace joulemark::cli
