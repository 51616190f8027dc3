// SPDX-License-Identifier: Apache-2.0
// Experiments whose truth is known: trials drawn around it, as an experiment would have stored
// them.
#pragma once

#include <vector>

#include "base/random.h"
#include "joulemark/result.h"

namespace joulemark::bench {

/// What is true of a machine and its configurations.
struct World {
  std::vector<double> seconds;  ///< of one inference, by configuration
  std::vector<double> scatter;  ///< of ln between repetitions, by configuration
  double block_scatter = 0.01;  ///< of ln, shared by all trials of a block
  double drift = 0;             ///< of ln, over one block from its first trial to its last
  /// The configurations that are no more than a part in 10⁹ slower than the fastest one.
  [[nodiscard]] std::vector<std::size_t> best() const;
};

/// A study: `count` configurations spread evenly on ln from the fastest to nine times its time, one
/// or two more within 3 % of the fastest, each with a coefficient of variation of its own from 1 to
/// 3 %.
World study(std::size_t count, Random& random);

/// Configurations that need `seconds`, all with the same scatter.
World plain(std::vector<double> seconds, double scatter, Random& random);

/// An experiment of `world`'s configurations without a trial, as `protocol` asks for it.
ExperimentRecord experiment_of(const World& world, const Protocol& protocol, Random& random);

/// Measures `record`'s experiment in its planned order, leaving out what it decides to leave out.
/// Returns the number of trials.
std::size_t measure(const World& world, ExperimentRecord& record, Random& random);

/// Index into the world of the configuration.
std::size_t index_of(const Configuration& configuration);

}  // namespace joulemark::bench
