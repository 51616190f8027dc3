// SPDX-License-Identifier: Apache-2.0
// Numbers that few trials have: each in a table of its own, with a row where there is one.
#pragma once

#include <functional>

#include "joulemark/result.h"
#include "store/checked_query.h"

namespace joulemark::store {

/// The trial with a number that is being loaded; null where there is none.
using FindTrial = std::function<TrialRecord*(const Value& id)>;

/// Writes those that the trial has.
SqlStatus insert_numbers(Database& database, std::int64_t id, const TrialRecord& trial);

/// Reads those of an experiment. Stores from before there was a table have none of its numbers.
SqlStatus load_numbers(Database& database, const TrialRange& range, const FindTrial& find);

}  // namespace joulemark::store
