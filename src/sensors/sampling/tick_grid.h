// SPDX-License-Identifier: Apache-2.0
// When a sampler looks: once in every period, at a random moment of it.
#pragma once

#include "base/clock.h"
#include "base/random.h"

namespace joulemark::sensors {

/// A tick may be anywhere in its period.
inline constexpr double kFullDither = 1;

/// The periods lie on an absolute grid, so that ticks do not drift. A load that repeats with the
/// period, or with a part of it, is met at another moment each time: a fixed step would see the
/// same moment of it again and again (method: stratified sampling, Cochran 1977, chapter 5).
class TickGrid {
 public:
  /// The first tick is at `start`. `dither` is the part of a period in which a tick may fall, 0 to
  /// 1. `period` > 0.
  TickGrid(Nanoseconds start, Nanoseconds period, double dither);

  /// The time of the next tick, which may just have passed. Periods that are over at `now` are not
  /// made up for: they count as missed.
  Nanoseconds next(Nanoseconds now);
  [[nodiscard]] long long missed() const { return missed_; }

 private:
  Nanoseconds start_;
  Nanoseconds period_;
  double dither_;
  long long index_ = -1;
  long long missed_ = 0;
  Random random_;
};

}  // namespace joulemark::sensors
