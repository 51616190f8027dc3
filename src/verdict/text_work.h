// SPDX-License-Identifier: Apache-2.0
// Whether language models did the same work: as many tokens, and the same ones.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "verdict/verdict.h"

namespace joulemark::verdict {

/// Sets the cells of a model aside, in `reasons` by cell, that generated more or fewer tokens for a
/// prompt than most of its cells did.
void demand_one_length(const ExperimentRecord& record, const Judgement& judgement,
                       std::vector<std::string>& reasons);

/// Caveats: models whose weights are made up.
std::optional<std::string> synthetic_caveat(const ExperimentRecord& record);
/// Checked tokens that differ from the reference's where two were nearly equally likely.
std::optional<std::string> near_tie_caveat(const ExperimentRecord& record,
                                           const Judgement& judgement);
/// Ranked configurations whose whole texts are others than most configurations'.
std::optional<std::string> other_texts_caveat(const ExperimentRecord& record,
                                              const Judgement& judgement);

}  // namespace joulemark::verdict
