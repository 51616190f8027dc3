// SPDX-License-Identifier: Apache-2.0
// A recommendation as tables for every format, and as JSON.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include "table/document.h"
#include "verdict/recommendation.h"

namespace joulemark::report {

/// What to serve with, why, the ranking, the trade-offs, and what to distrust.
table::Document recommendation_document(const ExperimentRecord& record,
                                        const verdict::Recommendation& recommendation);

/// {"experiment", "objective", "models": [{"model", "recommended", "outcome", "sentence",
/// "ranking", "front"}], "caveats"}, as docs/command-line.md has it.
nlohmann::ordered_json recommendation_json(const ExperimentRecord& record,
                                           const verdict::Recommendation& recommendation);

}  // namespace joulemark::report
