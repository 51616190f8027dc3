// SPDX-License-Identifier: Apache-2.0
// Which treatments no other beats in everything at once, and how sure that is.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "stats/outcome.h"

namespace joulemark::stats {

/// values[treatment][block] of one objective; smaller is better, positive, NaN where a block has
/// none.
using Objective = std::vector<std::vector<double>>;

struct ParetoOptions {
  int resamples = 2000;
  std::uint64_t seed = 1;
};

struct ParetoFront {
  /// By treatment: whether no other has geometric means that are nowhere larger and somewhere
  /// smaller. Never for a treatment without a value of some objective.
  std::vector<char> on_front;
  /// By treatment: the share of bootstrap resamples of the blocks (all treatments and objectives of
  /// a block together) in which it is on the front. NaN unless the outcome is kOk.
  std::vector<double> membership;
  Outcome outcome = Outcome::kTooFew;  ///< of `membership`
};

/// The front of all objectives, which have the same treatments and blocks. Work grows with
/// treatments² × resamples: above 10⁸ of them there are fewer resamples. kTooFew: below two blocks.
/// kTooMany: more than 1,000 treatments, for which not even 100 resamples are affordable.
ParetoFront pareto_front(std::span<const Objective> objectives, const ParetoOptions& options = {});

}  // namespace joulemark::stats
