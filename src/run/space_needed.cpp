// SPDX-License-Identifier: Apache-2.0
#include "run/space_needed.h"

#include <algorithm>

#include "plan/plan.h"

namespace joulemark::run {

std::uintmax_t store_bytes(const Experiment& experiment, double window_s) {
  constexpr double kFacts = 65536;           // of a trial, with the indices
  constexpr double kTimelines = 20;          // as many as a machine with two boards has
  constexpr double kBytesOfSample = 8;       // packed
  constexpr double kCallsPerSecond = 20000;  // of a small model
  constexpr double kBytesOfCall = 2;         // packed
  constexpr double kMostRecords = 1 << 20;   // of a window
  const Protocol& protocol = experiment.protocol;
  const plan::TimeEstimate estimate = plan::estimate_time(experiment, {.window_s = window_s});
  const double samples = estimate.seconds * protocol.sample_hz;
  const double calls = std::min(window_s * kCallsPerSecond, kMostRecords);
  return static_cast<std::uintmax_t>(estimate.trials * (kFacts + calls * kBytesOfCall) +
                                     samples * kTimelines * kBytesOfSample);
}

std::uintmax_t temporary_bytes() {
  return std::uintmax_t{16} << 20;
}

}  // namespace joulemark::run
