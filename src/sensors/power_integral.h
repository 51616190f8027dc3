// SPDX-License-Identifier: Apache-2.0
// The integral of a power that is sampled, with what the samples leave open.
#pragma once

#include <deque>
#include <optional>

#include "base/clock.h"

namespace joulemark::sensors {

/// Trapezoids between samples. It remembers the newest 2^16 samples.
class PowerIntegral {
 public:
  /// What lies between two samples.
  struct Span {
    double joules = 0;
    /// Half of what the upper Riemann sum is larger than the lower one: no power between
    /// neighbouring samples puts the energy further away.
    double half_spread_j = 0;
    /// Largest less smallest sample, that before the span included.
    double swing_w = 0;
    double begin_w = 0;  ///< the first sample
    double end_w = 0;    ///< the last sample
    /// Whether samples inside it were too far apart to say anything of the time between.
    bool has_gap = false;
  };

  /// Between samples that are further apart than `longest_step_s` nothing is known.
  explicit PowerIntegral(double longest_step_s) : longest_step_s_(longest_step_s) {}

  /// Takes a sample; times rise. The answer is joules since the first, gaps left out.
  double take(double watts, Nanoseconds t);
  /// Empty unless both are times of samples that it remembers.
  [[nodiscard]] std::optional<Span> between(Nanoseconds begin, Nanoseconds end) const;

 private:
  struct Mark {
    Nanoseconds t = 0;
    double watts = 0;
    double joules = 0;    ///< since the first sample
    double spread_j = 0;  ///< upper less lower sum, since the first sample
    long gaps = 0;
  };
  [[nodiscard]] std::deque<Mark>::const_iterator find(Nanoseconds t) const;

  double longest_step_s_;
  std::deque<Mark> marks_;
};

}  // namespace joulemark::sensors
