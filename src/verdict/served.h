// SPDX-License-Identifier: Apache-2.0
// Caveats about configurations that are servers.
#pragma once

#include <optional>
#include <string>

#include "joulemark/result.h"
#include "verdict/verdict.h"

namespace joulemark::verdict {

/// Whether a server did the trial's work, and the worker only asked it.
bool is_served(const TrialRecord& trial);

/// Servers that ran already, whose resources are nobody's to read.
std::optional<std::string> elsewhere_caveat(const ExperimentRecord& record,
                                            const Judgement& judgement);
/// Servers that give several tokens at once, so that times between tokens are those between events.
std::optional<std::string> tokens_at_once_caveat(const ExperimentRecord& record,
                                                 const Judgement& judgement);

}  // namespace joulemark::verdict
