// SPDX-License-Identifier: Apache-2.0
// Engines and programs that hold a network by hand, timed in turn, each in a process of its own.
#pragma once

#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "joulemark/experiment.h"
#include "overhead_worker.h"

namespace joulemark::bench {

/// Slow networks are called this often, however short the time.
inline constexpr int kLeastCalls = 3;

/// What is timed: an engine where `install` is there, else `PROGRAM FIRST MODEL THREADS SECONDS
/// INPUT_FOLDER`, PROGRAM beside this one, which checks its answer itself and prints what
/// time_bare_loop does.
struct Contender {
  std::string name;
  std::string program = {};
  std::string first = {};
  std::optional<EngineInstall> install = {};
  std::map<std::string, std::string> options = {};       ///< the engine's own
  std::vector<double> times = {}, cpu = {}, peaks = {};  ///< ns, ns and bytes, one an alternation
  std::string failure = {};
};

/// Runs all so many times, in an order that rotates and turns around. `request` says what all have
/// in common. One that fails, or answers otherwise than the reference, is run no more.
void alternate(std::vector<Contender>& contenders, const TrialRequest& request, int alternations);

/// Ratio of geometric means with its 95 % interval, "1.020 [0.990, 1.050]"; "–" where one failed.
std::string ratio(std::span<const double> values, std::span<const double> base);

}  // namespace joulemark::bench
