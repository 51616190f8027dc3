// SPDX-License-Identifier: Apache-2.0
// Trials of a machine that had not settled: after its warm-up, or after the trial before.
#pragma once

#include <optional>
#include <string>

#include "verdict/verdict.h"

namespace joulemark::verdict {

/// Finished trials whose warm-up ended by its cap, and what had not settled in how many of them.
std::optional<std::string> not_steady_caveat(const ExperimentRecord& record);

/// Finished trials that began although the machine was not yet as cool and quiet as at rest, and
/// of which configurations they are.
std::optional<std::string> hot_start_caveat(const ExperimentRecord& record,
                                            const Judgement& judgement);

}  // namespace joulemark::verdict
