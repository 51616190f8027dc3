// SPDX-License-Identifier: Apache-2.0
// Virtual time for simulated machines.
#pragma once

#include <functional>

#include "base/clock.h"

namespace joulemark::sensors {

/// A clock that stands still until it is told to move. `sleep_until` moves it. One thread only.
class ScriptedClock final : public Clock {
 public:
  explicit ScriptedClock(Nanoseconds start = kNanosecondsPerSecond) : now_(start) {}
  Nanoseconds now() override { return now_; }
  void sleep_until(Nanoseconds deadline) override {
    if (deadline > now_) move_to(deadline);
  }
  void advance_s(double seconds) { move_to(now_ + to_nanoseconds(seconds)); }
  /// Called after every move, with the new time.
  std::function<void(Nanoseconds)> on_move;

 private:
  void move_to(Nanoseconds time) {
    now_ = time;
    if (on_move) on_move(now_);
  }
  Nanoseconds now_;
};

}  // namespace joulemark::sensors
