// SPDX-License-Identifier: Apache-2.0
// The check input's part of a trial: answered before the warm-up, and compared.
#pragma once

#include <cstdint>

#include "run/trial.h"
#include "run/worker_client.h"

namespace joulemark::run {

/// Asks the worker as request.answer says, for the first `requests` of a language model's (0: it is
/// none). Fills agreement and effective_json of the record, and TrialEnd::answered. A disagreement
/// is no failure. A worker of an engine's own compares itself: it answers once before it is told
/// where a reference lies, into a folder of its own, and what it says is held against that.
Reply<void> answer_check_input(WorkerClient& client, const TrialRequest& request,
                               std::int64_t requests, TrialEnd& end);

/// Notes that the outputs are not those of `reference`, a label, although they may seem to be.
void disagree(TrialRecord& record, const std::string& reference, const std::string& detail);

/// Why the outputs of a record are not those that they should be.
std::string difference_in_words(const TrialRecord& record);

}  // namespace joulemark::run
