// SPDX-License-Identifier: Apache-2.0
// What stands around a trial's window: energies of the other phases, bounds of the work, and what
// makes the window not count. Tables of their own, with rows where there is something.
#pragma once

#include "joulemark/result.h"
#include "store/checked_query.h"
#include "store/trial_numbers.h"

namespace joulemark::store {

SqlStatus insert_surroundings(Database& database, std::int64_t id, const TrialRecord& trial);

/// Reads those of an experiment; stores from before there were such tables have none.
SqlStatus load_surroundings(Database& database, const TrialRange& range, const FindTrial& find);

}  // namespace joulemark::store
