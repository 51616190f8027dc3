// SPDX-License-Identifier: Apache-2.0
// What a window says besides the columns of a trial: one row a fact, which a newer program may add
// to.
#pragma once

#include "joulemark/result.h"
#include "store/checked_query.h"
#include "store/trial_numbers.h"

namespace joulemark::store {

SqlStatus insert_window_facts(Database& database, std::int64_t id, const TrialRecord& trial);

/// Reads those of an experiment; stores from before there was such a table have none.
SqlStatus load_window_facts(Database& database, const TrialRange& range, const FindTrial& find);

}  // namespace joulemark::store
