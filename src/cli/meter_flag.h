// SPDX-License-Identifier: Apache-2.0
// `--meter KIND://HOST` of the commands that have no experiment's flags.
#pragma once

#include <string>
#include <vector>

#include "base/error.h"
#include "base/meter_address.h"
#include "cli/command_line.h"
#include "joulemark/experiment.h"

namespace joulemark::cli {

void declare_meters(Arguments& arguments, std::vector<std::string>& meters);

/// The meters that the flag named. kUsage when one is no address, or holds credentials.
Result<std::vector<MeterAddress>> meters_from(const std::vector<std::string>& texts);

/// Those of the flag, or where it was not given those of the experiment.
Result<std::vector<MeterAddress>> meters_or(const std::vector<std::string>& texts,
                                            const Experiment& experiment);

}  // namespace joulemark::cli
