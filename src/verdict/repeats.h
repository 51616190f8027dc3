// SPDX-License-Identifier: Apache-2.0
// Trials that something on the machine disturbed: those that were made again, and those that count
// all the same.
#pragma once

#include <optional>
#include <string>

#include "joulemark/result.h"

namespace joulemark::verdict {

/// Caveat: trials that count although they were disturbed, and by what.
std::optional<std::string> disturbed_trials_caveat(const ExperimentRecord& record);
/// Caveat: attempts that are in no statistic, because another one at their place counts.
std::optional<std::string> repeated_caveat(const ExperimentRecord& record);

}  // namespace joulemark::verdict
