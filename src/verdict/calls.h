// SPDX-License-Identifier: Apache-2.0
// Caveats about what a call is, and how many there were.
#pragma once

#include <optional>
#include <string>

#include "joulemark/result.h"

namespace joulemark::verdict {

/// Windows with too few calls for their 99th percentile.
std::optional<std::string> few_calls_caveat(const ExperimentRecord& record);
/// Trials in which several calls share a duration.
std::optional<std::string> grouped_calls_caveat(const ExperimentRecord& record);
/// Models whose call is more than one row at batch 1.
std::optional<std::string> rows_per_call_caveat(const ExperimentRecord& record);

}  // namespace joulemark::verdict
