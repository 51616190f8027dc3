// SPDX-License-Identifier: Apache-2.0
// Whether the trials of an experiment are of one machine and of one version of each engine.
#pragma once

#include <optional>
#include <string>

#include "verdict/verdict.h"

namespace joulemark::verdict {

/// Caveats: trials of several machines, boots or states of a machine.
std::optional<std::string> several_machines_caveat(const ExperimentRecord& record);
/// Configurations whose engine changed its version in between.
std::optional<std::string> several_versions_caveat(const ExperimentRecord& record,
                                                   const Judgement& judgement);

}  // namespace joulemark::verdict
