// SPDX-License-Identifier: Apache-2.0
// Which configuration to serve with, for an objective and under constraints.
#pragma once

#include <cstdint>
#include <vector>

#include "verdict/judge_options.h"
#include "verdict/objective.h"
#include "verdict/verdict.h"

namespace joulemark::verdict {

/// One ranked configuration among the trade-offs of its model.
struct TradeOff {
  std::size_t cell = 0;  ///< index into Judgement::cells
  bool on_front = false;
  double membership = 0;  ///< share of bootstrap resamples of the blocks; NaN below two blocks
};

/// The front of one model: configurations that no other beats in every metric at once.
struct Front {
  /// Energy where measured, latency, memory, of which less is better, and quality where given.
  std::vector<MetricId> metrics;
  std::vector<TradeOff> trade_offs;  ///< parallel to the model's ranked cells
};

struct Recommendation {
  Objective objective;
  Judgement judgement;
  std::vector<Front> fronts;  ///< parallel to Judgement::models
};

/// Judges `record` by `objective` among what meets `constraints`, and adds the trade-offs.
Recommendation recommend(const ExperimentRecord& record, const Objective& objective,
                         const std::vector<Constraint>& constraints);

/// The configuration to serve with for a model: the best one that can be ranked, with how sure that
/// is in ModelVerdict::outcome. Null where nothing can be.
const Cell* recommended(const Recommendation& recommendation, const ModelVerdict& model);

}  // namespace joulemark::verdict
