// SPDX-License-Identifier: Apache-2.0
// Whether what a worker says of its window fits together, and with what was seen from outside.
#pragma once

#include <optional>
#include <string>

#include "joulemark/result.h"

namespace joulemark::verdict {

/// The latencies are together shorter than the window by more than a tenth, of texts by
/// three tenths: the work was done
/// between the calls, or the latencies are not those of its calls. Of requests at a fixed rate
/// nothing is said: between them a window waits.
std::optional<std::string> gaps_between_calls(const ExperimentRecord& record,
                                              const TrialRecord& trial);

/// Calls that are long enough to be timed one by one were told in groups: nothing shows how many
/// there were.
std::optional<std::string> needless_groups(const ExperimentRecord& record,
                                           const TrialRecord& trial);

/// The orchestrator saw a window of another length than the worker says (run/window_edges.h).
std::optional<std::string> other_window(const ExperimentRecord& record, const TrialRecord& trial);

}  // namespace joulemark::verdict
