// SPDX-License-Identifier: Apache-2.0
// What published models say of a trial: a row in a table of its own where it was asked for.
#pragma once

#include "joulemark/result.h"
#include "store/checked_query.h"
#include "store/trial_numbers.h"

namespace joulemark::store {

/// Inserts nothing for a trial without an estimate.
SqlStatus insert_estimate(Database& database, std::int64_t id, const TrialRecord& trial);

/// Reads those of an experiment; stores from before there was such a table have none.
SqlStatus load_estimates(Database& database, const TrialRange& range, const FindTrial& find);

}  // namespace joulemark::store
