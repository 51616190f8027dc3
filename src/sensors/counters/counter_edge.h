// SPDX-License-Identifier: Apache-2.0
// What a counter that is updated in steps had not shown yet when it was read.
#pragma once

#include <cstdint>
#include <optional>

#include "base/clock.h"
#include "base/ring.h"
#include "joulemark/sensor.h"

namespace joulemark::sensors {

/// A reading at an edge of a window.
struct EdgeReading {
  double joules = 0;
  Nanoseconds t_ns = 0;
  std::optional<LastStep> last_step = {};
};

/// The steps of one counter, as its reads saw them.
class StepLog {
 public:
  StepLog();
  /// A step: the first read that showed a new value.
  struct Step {
    Nanoseconds t_ns = 0;
    Nanoseconds bracket_ns = 0;  ///< it happened so long before at most: since the read before
    double joules = 0;           ///< from then on
  };

  /// The counter showed `joules` at some moment between `before` and `after`; times do not fall.
  void see(double joules, Nanoseconds before, Nanoseconds after);

  /// The first step that was seen after `t`; null: none.
  [[nodiscard]] const Step* first_after(Nanoseconds t) const;
  /// How many were seen after `t`.
  [[nodiscard]] std::size_t count_after(Nanoseconds t) const;
  /// The mean power from a step to the next one; empty where nobody saw when that was.
  [[nodiscard]] std::optional<double> watts_after(const Step& step) const;
  /// The last step before a reading, counted on from one that was seen closely a few periods before
  /// or after it; empty where there is none.
  [[nodiscard]] std::optional<LastStep> extrapolated(const EdgeReading& reading,
                                                     double period_s) const;
  /// The last step; empty where the reads around it were far apart.
  [[nodiscard]] std::optional<LastStep> last_step() const;

 private:
  [[nodiscard]] std::size_t index_after(Nanoseconds t) const;

  Ring<Step> steps_;
  Nanoseconds last_before_ns_ = 0;  ///< of the last read
  Nanoseconds last_after_ns_ = 0;
  double last_joules_ = 0;
  bool started_ = false;
};

/// Reads this close tell when a step happened.
inline constexpr Nanoseconds kTightBracket = 500'000;

/// Energy between the last step before the reading and the reading itself, which the counter does
/// not show, where the mean power of the window is `watts`.
///
/// Where reads saw the next step: of what it brings, the share that the time tells. Its standard
/// uncertainty grows with how far the step is from `watts` and from the power after it, for then
/// the load changed in it, at a moment that nobody knows; and with the time between the reads that
/// saw the step. Where they did not, as at the begin of work, it is the power of the step before
/// that went on, or the power to a step a few periods away; where no step is known, half a period
/// at `watts`, for the reading may be anywhere within one.
struct Unseen {
  double joules = 0;
  double uncertainty_j = 0;  ///< without the next
  /// Of a load that changed. It does so for all counters of a machine at one time.
  double uneven_j = 0;
};
Unseen unseen_at(const EdgeReading& reading, const StepLog& log, double period_s, double watts);

}  // namespace joulemark::sensors
