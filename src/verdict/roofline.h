// SPDX-License-Identifier: Apache-2.0
// Windows, and parts of them, that were shorter than their work takes on this machine at the least.
#pragma once

#include <optional>
#include <string>

#include "joulemark/result.h"

namespace joulemark::verdict {

/// The arithmetic of the window, or of a language model's window up to the first tokens, against
/// what the machine can do.
std::optional<std::string> faster_than_arithmetic(const ExperimentRecord& record,
                                                  const TrialRecord& trial);

/// The weights that the window reads against the memory's bandwidth. What the caches hold from one
/// call to the next need not be read again.
std::optional<std::string> faster_than_memory(const ExperimentRecord& record,
                                              const TrialRecord& trial);

/// One call in twenty or more, or step of a language model, is shorter than its arithmetic takes.
std::optional<std::string> calls_faster_than_arithmetic(const ExperimentRecord& record,
                                                        const TrialRecord& trial);

}  // namespace joulemark::verdict
