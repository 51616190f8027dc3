// SPDX-License-Identifier: Apache-2.0
// What a meter does, as many reads of it show: its period, its steps, and how late it is.
#pragma once

#include <optional>
#include <vector>

#include "base/clock.h"
#include "joulemark/sensor.h"

namespace joulemark::sensors {

/// Follows the reads of one scope.
class MeterTrace {
 public:
  /// Times do not fall.
  void see(const CounterReading& reading);

  /// Median time between two updates; as good as the time between reads. Empty with fewer than two.
  [[nodiscard]] std::optional<double> period_s() const;
  /// The smallest rise at an update. Empty with none.
  [[nodiscard]] std::optional<double> step_j() const;
  /// Median time that a read takes.
  [[nodiscard]] double read_s() const;
  /// How long after `changed`, when the load did, the meter showed it: where the line through the
  /// updates before it meets that through the updates from a second and a half after it on. Empty
  /// where there are too few of either, or the power did not change by a half.
  [[nodiscard]] std::optional<double> lag_s(Nanoseconds changed) const;

 private:
  struct Update {
    Nanoseconds t = 0;  ///< the first read that showed it
    double joules = 0;  ///< from then on
  };
  std::vector<Update> updates_;
  std::vector<double> read_s_;
  bool started_ = false;
  double joules_ = 0;
};

}  // namespace joulemark::sensors
