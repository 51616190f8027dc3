// SPDX-License-Identifier: Apache-2.0
// From factors to the trials in their order: seeded randomised complete blocks. Pure functions.
#pragma once

#include <cstddef>
#include <vector>

#include "joulemark/experiment.h"

namespace joulemark::plan {

/// One trial to be measured.
struct PlannedTrial {
  int block = 0;          ///< 0-based repetition
  int position = 0;       ///< 0-based place in its block
  std::size_t model = 0;  ///< index into Experiment::models
  Configuration configuration;
  bool operator==(const PlannedTrial&) const = default;
};

/// The product of the factors' levels less the exclusions, engine slowest, batch fastest. Options
/// and affinity of the experiment are applied; those of "name@version" win over those of "name".
std::vector<Configuration> configurations(const Experiment& experiment);

/// `repetitions` blocks; each holds every model × configuration once, in an order that depends on
/// the seed and the block alone. More repetitions leave the earlier blocks as they were.
std::vector<PlannedTrial> make_plan(const Experiment& experiment);

/// Seconds of a window that is asked to last `window_s`: at a rate it holds whole requests, and at
/// least as many as the protocol says, each a call of the model.
double window_seconds(const Experiment& experiment, double window_s);

/// What an experiment takes when nothing hits its cap, no trial is disturbed, and the machine is
/// cool whenever one begins.
struct TimeEstimate {
  double seconds = 0;
  int trials = 0;
};

/// What the machine's sensors have a say in, seconds.
struct Lengths {
  double window_s = 0;              ///< that a measured window is asked to have
  double bracket_s = 0;             ///< of the rest before each block and after the last
  std::size_t language_models = 0;  ///< each of their trials has a second window, as long at least
};
TimeEstimate estimate_time(const Experiment& experiment, const Lengths& lengths);

}  // namespace joulemark::plan
