// SPDX-License-Identifier: Apache-2.0
// A simulated machine beside the real clock.
#pragma once

#include <stop_token>
#include <thread>

#include "base/clock.h"
#include "sim/sim_world.h"

namespace joulemark::sim {

/// Moves a world on every millisecond of CLOCK_MONOTONIC, from construction to destruction.
class RealTime {
 public:
  /// `world` is not owned. Its time when the drive begins is second 0.
  explicit RealTime(SimWorld& world);

  /// CLOCK_MONOTONIC at second 0: the truth of a window is that of its times less this.
  [[nodiscard]] Nanoseconds start_ns() const { return start_ns_; }

 private:
  void run(const std::stop_token& stop);

  SimWorld& world_;
  Nanoseconds start_ns_;
  std::jthread thread_;  ///< last: what it uses is made before it, and ends after it
};

}  // namespace joulemark::sim
