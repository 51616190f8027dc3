// SPDX-License-Identifier: Apache-2.0
// Whether the first tokens came when the worker says they did.
#pragma once

#include <optional>
#include <string>

#include "joulemark/result.h"

namespace joulemark::verdict {

/// A language model's requests are measured a second time, each up to its first token, and that
/// window is timed from outside. Its requests took four times as long as the first tokens are said
/// to have come after, or a quarter of it. At a fixed rate nothing is said: there the times to the
/// first tokens hold the wait for others.
std::optional<std::string> other_first_tokens(const ExperimentRecord& record,
                                              const TrialRecord& trial);

}  // namespace joulemark::verdict
