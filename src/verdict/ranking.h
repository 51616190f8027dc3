// SPDX-License-Identifier: Apache-2.0
// Which configurations are compared, and by what.
#pragma once

#include <vector>

#include "verdict/judge_options.h"
#include "verdict/verdict.h"

namespace joulemark::verdict {

/// Writes into each cell why it cannot be ranked (same_work.h), or nothing.
void set_obstacles(const ExperimentRecord& record, Judgement& judgement);

/// The cells of `model` that nothing speaks against.
std::vector<std::size_t> eligible_cells(const Judgement& judgement, const ModelVerdict& model);

/// What was asked for, else energy when every eligible configuration measured it in at least half
/// of its trials, else time. Of a language model per token, which is what its users count.
MetricId choose_primary(const Judgement& judgement, const std::vector<std::size_t>& eligible,
                        const JudgeOptions& options);

/// Standing and ratio of the cells of one model that are compared, its best one and its outcome;
/// why the others are not.
void rank(const ExperimentRecord& record, Judgement& judgement, ModelVerdict& model,
          const JudgeOptions& options);

}  // namespace joulemark::verdict
