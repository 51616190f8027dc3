// SPDX-License-Identifier: Apache-2.0
// The caveat of accelerators that others computed on while they were measured.
#pragma once

#include <optional>
#include <string>

#include "joulemark/result.h"

namespace joulemark::verdict {

/// Names the boards and says in how many trials; nothing where no energy says that it is
/// shared ("shared_gpu: …" in its detail).
std::optional<std::string> shared_board_caveat(const ExperimentRecord& record);

}  // namespace joulemark::verdict
