// SPDX-License-Identifier: Apache-2.0
// The trials of experiments as CSV: a row for each attempt, raw facts and metrics with all digits.
#pragma once

#include <string>
#include <vector>

#include "joulemark/result.h"

namespace joulemark::report {

/// Whether the times of single calls are written too: one cell for all of a trial's.
enum class CallTimes { kLeftOut, kWritten };

/// Rows in the order of the records and of their trials. Columns: `experiment`, those of the table
/// of fields (exchange/trial_fields.h) with a SCOPE_energy_J for every scope of any trial,
/// `set_aside` (1: another attempt at its place counts), `inferences`, and the metrics that are no
/// fields, each by its key. What is not there is an empty cell. Records need their durations for
/// the quantiles.
std::string trials_csv(const std::vector<ExperimentRecord>& records, CallTimes calls);

}  // namespace joulemark::report
