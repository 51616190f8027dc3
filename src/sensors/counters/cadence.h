// SPDX-License-Identifier: Apache-2.0
// How often a counter is updated, and whether it still is, as far as the reads of it tell.
#pragma once

#include <cstdint>
#include <vector>

#include "base/clock.h"

namespace joulemark::sensors {

/// Follows the reads of one counter. Until `calibrate` it collects steps; from then on it knows a
/// period, and keeps the holds (times in which reads showed no step) that were longer.
class Cadence {
 public:
  /// The counter showed `raw` at some moment between `before` and `after`; times do not fall.
  void see(std::uint64_t raw, Nanoseconds before, Nanoseconds after);

  /// Steps seen so far, while collecting.
  [[nodiscard]] std::size_t steps() const { return steps_.size(); }
  /// Takes the period from the steps so far: the mean of the usual times between two. With fewer
  /// than two steps it is the longest hold, which the true one exceeds; later holds may raise it
  /// then.
  void calibrate();
  [[nodiscard]] bool is_calibrated() const { return calibrated_; }
  /// Whether `period_s` was measured; else it is a lower bound.
  [[nodiscard]] bool is_measured() const { return measured_; }
  /// Whether steps came as fast as the reads: it is up to date at all times, as far as they tell.
  [[nodiscard]] bool is_continuous() const { return continuous_; }
  /// Seconds between two updates, 0.9 ms at least.
  [[nodiscard]] double period_s() const { return period_s_; }
  /// A counter that shows no step for longer than this has stalled.
  [[nodiscard]] double stall_limit_s() const;

  /// The time for which the reads so far have shown the present value.
  [[nodiscard]] double hold_s() const { return to_seconds(last_ - first_); }
  /// The longest hold that reaches into [begin, end], its part outside included.
  [[nodiscard]] double longest_hold_s(Nanoseconds begin, Nanoseconds end) const;

 private:
  struct Hold {
    Nanoseconds first;
    Nanoseconds last;
  };
  void end_hold(Nanoseconds t);

  bool started_ = false;
  bool calibrated_ = false;
  bool measured_ = false;
  bool continuous_ = false;
  double period_s_ = 0;
  std::uint64_t raw_ = 0;
  Nanoseconds first_ = 0;           ///< end of the first read of the present value
  Nanoseconds last_ = 0;            ///< and begin of the last
  std::vector<Nanoseconds> steps_;  ///< first reads of new values, until calibrated
  std::vector<Hold> holds_;         ///< ended ones that were longer than the period, in time order
};

}  // namespace joulemark::sensors
