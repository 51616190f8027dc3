// SPDX-License-Identifier: Apache-2.0
// Windows in which the machine or a limit held the worker back.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "joulemark/result.h"

namespace joulemark::verdict {

/// Finished trials in whose window the CPU limit of the control group was reached.
std::optional<std::string> throttled_caveat(const ExperimentRecord& record);

/// Finished trials in whose window a processor was slowed down for heat.
std::optional<std::string> thermal_caveat(const ExperimentRecord& record);

/// The same of windows of any kind; `what` names them: "runs".
std::vector<Caveat> throttling(const std::vector<const WindowFacts*>& windows, const char* what);

}  // namespace joulemark::verdict
