// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>

#include "joulemark/result.h"

namespace joulemark::verdict {

/// Caveat: models whose calls at batch 1 hold several rows.
std::optional<std::string> rows_per_call_caveat(const ExperimentRecord& record);

}  // namespace joulemark::verdict
