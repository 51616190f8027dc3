// SPDX-License-Identifier: Apache-2.0
// Trials in the database: one row each, with phases, energies and blobs in tables of their own.
#pragma once

#include <cstdint>
#include <vector>

#include "joulemark/result.h"
#include "store/database.h"
#include "store/store.h"
#include "store/text_table.h"

namespace joulemark::store {

/// The blobs of a trial, packed before the transaction starts.
struct PackedTrial {
  Blob durations;
  Blob series;
  Blob output_tail;
  PackedText text;  ///< not read by select_blobs
};
/// The error is a phrase: which part is too large.
tl::expected<PackedTrial, std::string> pack(const TrialRecord& trial);

/// Inserts a trial; for use inside a transaction.
SqlStatus insert_trial(Database& database, std::int64_t experiment_id, const TrialRecord& trial,
                       const PackedTrial& packed);

/// All trials of an experiment in the order (block, position, attempt). A row that makes no sense
/// is a kDamaged error.
SqlResult<std::vector<TrialRecord>> select_trials(Database& database, std::int64_t experiment_id,
                                                  Detail detail);

/// The blobs of one attempt; kOther when there is no such attempt.
SqlResult<PackedTrial> select_blobs(Database& database, std::int64_t experiment_id,
                                    const TrialKey& key);

}  // namespace joulemark::store
