// SPDX-License-Identifier: Apache-2.0
// What was found on the machine before the first trial.
#pragma once

#include <optional>
#include <string>

#include "joulemark/result.h"

namespace joulemark::verdict {

/// The caveat of the findings that are more than facts; empty where there are none.
std::optional<std::string> disturbed_caveat(const ExperimentRecord& record);

}  // namespace joulemark::verdict
