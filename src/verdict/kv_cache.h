// SPDX-License-Identifier: Apache-2.0
// Whether language models kept their keys and values from one token to the next.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "verdict/verdict.h"

namespace joulemark::verdict {

/// What a step costs beside the position it stands at.
struct StepGrowth {
  double ratio = 1;    ///< median time of the last quarter of the steps over that of the first
  double without = 1;  ///< what it would be if each step fed all tokens before it again
  double to_first =
      0;  ///< median step of the first quarter over the shortest time to a first token
};
/// Of a trial whose requests all have as many steps and 16 or more; empty for any other.
std::optional<StepGrowth> step_growth(const TrialRecord& trial);

/// Sets those cells of a model aside, in `reasons` by cell, that keep no cache of keys and values,
/// where others do: each token feeds all tokens before it again, which is other work. A cell keeps
/// none where its engine says so (`kv_cache` "none"), or where its steps take as long as feeding
/// the prompt and grow at least half as fast as such feeding does, and another cell's do not.
void demand_one_cache(const ExperimentRecord& record, const Judgement& judgement,
                      std::vector<std::string>& reasons);

}  // namespace joulemark::verdict
