// SPDX-License-Identifier: Apache-2.0
// What a counter that is updated in steps had not shown yet when it was read.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>

#include "base/clock.h"

namespace joulemark::sensors {

/// The steps of one counter, as its reads saw them.
class StepLog {
 public:
  /// A step: the first read that showed a new value.
  struct Step {
    Nanoseconds t_ns = 0;
    Nanoseconds bracket_ns = 0;  ///< it happened so long before at most: since the read before
    double joules = 0;           ///< from then on
  };

  /// The counter showed `joules` when it was read at `t`; times do not fall.
  void see(double joules, Nanoseconds t);

  /// The first step that was seen after `t`; null: none.
  [[nodiscard]] const Step* first_after(Nanoseconds t) const;
  /// Seconds since the last step; empty where the reads around it were far apart.
  [[nodiscard]] std::optional<double> since_step_s() const;

 private:
  std::deque<Step> steps_;
  Nanoseconds last_read_ns_ = 0;
  double last_joules_ = 0;
  bool started_ = false;
};

/// Reads this close tell when a step happened.
inline constexpr Nanoseconds kTightBracket = 500'000;

/// A reading at an edge of a window.
struct EdgeReading {
  double joules = 0;
  Nanoseconds t_ns = 0;
  double since_step_s = -1;  ///< negative: not known
};

/// Energy between the last step before the reading and the reading itself, which the counter does
/// not show: of what the next step brings, the share that the time tells, where the steps are
/// known; else that of half a period at `watts`, the mean power of the window. Its standard
/// uncertainty grows with how far the step is from that power, for then the load changed in it, at
/// a moment that nobody knows; and with the time between the reads that saw the step. Without a
/// known step it is that of a time which may be anything within a period.
struct Unseen {
  double joules = 0;
  double uncertainty_j = 0;
};
Unseen unseen_at(const EdgeReading& reading, const StepLog& log, double period_s, double watts);

}  // namespace joulemark::sensors
