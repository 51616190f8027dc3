// SPDX-License-Identifier: Apache-2.0
// What the idle brackets say of a machine that was not at rest, or did not rest alike.
#pragma once

#include <optional>
#include <string>

#include "joulemark/result.h"

namespace joulemark::verdict {

/// A bracket in which more of the processors was busy is no idle machine.
inline constexpr double kBusyAtRest = 0.1;

/// Caveat: brackets of one machine differ by more than 5 %, 2 W, and what their meters may be off.
std::optional<std::string> idle_drift_caveat(const ExperimentRecord& record);

/// Caveat: more than kBusyAtRest of the processors was busy in brackets.
std::optional<std::string> idle_busy_caveat(const ExperimentRecord& record);

}  // namespace joulemark::verdict
