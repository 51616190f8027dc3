// SPDX-License-Identifier: Apache-2.0
// The columns of table trial and the members of TrialRecord: one list for both directions.
#pragma once

#include <string>
#include <vector>

#include "joulemark/result.h"
#include "store/database.h"

namespace joulemark::store {

/// Name and type of each column, in the order of the values below. Keys to other tables are not
/// among them.
const std::vector<Column>& trial_columns();

/// The trial's values; phases, energies, series, durations and output are rows of other tables.
std::vector<Value> trial_values(const TrialRecord& trial);

/// Takes the values, from `first` on, into a trial. The error is a phrase: what is wrong.
tl::expected<TrialRecord, std::string> trial_from(std::vector<Value>& row, std::size_t first);

}  // namespace joulemark::store
