// SPDX-License-Identifier: Apache-2.0
// What to distrust in a result: the one table of warnings that every output shows.
#pragma once

#include <vector>

#include "verdict/verdict.h"

namespace joulemark::verdict {

/// Every caveat that applies to `record`, in the order of the table. Each says what, why it matters
/// and what to do. `judgement` is complete but for its caveats.
std::vector<Caveat> find_caveats(const ExperimentRecord& record, const Judgement& judgement);

/// The codes of the table, in its order: for the manual and for tests.
std::vector<const char*> caveat_codes();

}  // namespace joulemark::verdict
