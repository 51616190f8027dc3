// SPDX-License-Identifier: Apache-2.0
// Experiments on machines that are not there.
#pragma once

#include <optional>
#include <string>

#include "joulemark/result.h"

namespace joulemark::verdict {

/// The simulated machine that at least one trial ran on; empty where all are real.
std::optional<std::string> simulated_machine(const ExperimentRecord& record);

std::optional<std::string> simulated_caveat(const ExperimentRecord& record);

}  // namespace joulemark::verdict
