// SPDX-License-Identifier: Apache-2.0
// Windows that the machine slept in, or in which its clock was set.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "joulemark/result.h"

namespace joulemark::verdict {

/// Caveats: finished trials before the end of whose window the machine slept,
std::optional<std::string> suspended_caveat(const ExperimentRecord& record);
/// and in whose window the wall clock was set.
std::optional<std::string> clock_stepped_caveat(const ExperimentRecord& record);

/// The same of other windows, `what` in the plural: "runs".
std::vector<Caveat> clock_faults(const std::vector<const WindowFacts*>& windows, const char* what);

}  // namespace joulemark::verdict
