// SPDX-License-Identifier: Apache-2.0
#include "sim/real_time.h"

#include <algorithm>

namespace joulemark::sim {
namespace {

/// As often as the processors' own counters are updated.
constexpr Nanoseconds kStep = 1'000'000;

}  // namespace

RealTime::RealTime(SimWorld& world) : world_(world), start_ns_(monotonic_now()) {
  // Boards whose clock cannot be written stand still, which is noticed as that of a tree.
  (void)world_.follow_monotonic(start_ns_);
  thread_ = std::jthread([this](const std::stop_token& stop) { run(stop); });
}

void RealTime::run(const std::stop_token& stop) {
  SystemClock clock;
  Nanoseconds next = start_ns_;
  while (!stop.stop_requested()) {
    // A tree that can no longer be written stands still, which readers notice as a stall.
    if (!world_.advance_to(to_seconds(clock.now() - start_ns_))) return;
    // Late steps are left out, not made up for.
    next = std::max(next + kStep, clock.now());
    clock.sleep_until(next);
  }
}

}  // namespace joulemark::sim
