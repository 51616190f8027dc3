// SPDX-License-Identifier: Apache-2.0
// What is said of trials that an experiment has decided not to measure (adaptation.h).
#pragma once

#include <cstddef>
#include <optional>
#include <string>

#include "verdict/verdict.h"

namespace joulemark::verdict {

/// Blocks of the plan that are measured without the cell.
std::size_t blocks_spared(const ExperimentRecord& record, const Judgement& judgement,
                          const Cell& cell);

/// That a race left configurations out, and the probability of its error; nothing where it did not.
std::optional<std::string> left_out_caveat(const ExperimentRecord& record,
                                           const Judgement& judgement);

/// Which models ended before their last block, and why; nothing where none did.
std::optional<std::string> ended_early_caveat(const ExperimentRecord& record,
                                              const Judgement& judgement);

/// "; 9 further trials were left out (…)" of configurations whose outputs differ; "" where none
/// was.
std::string different_spared(const ExperimentRecord& record, const Judgement& judgement);

}  // namespace joulemark::verdict
