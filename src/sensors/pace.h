// SPDX-License-Identifier: Apache-2.0
// Something that is done no more often than each so many seconds.
#pragma once

#include <atomic>
#include <limits>

#include "base/clock.h"

namespace joulemark::sensors {

/// Thread-safe. Of several threads that ask at once more than one may be told yes.
class Pace {
 public:
  explicit Pace(double interval_s) : interval_(to_nanoseconds(interval_s)) {}
  /// Whether it may be done at `t`.
  [[nodiscard]] bool is_due(Nanoseconds t) const { return t >= next_; }
  /// It was done at `t`.
  void note(Nanoseconds t) { next_ = t + interval_; }

 private:
  Nanoseconds interval_;
  std::atomic<Nanoseconds> next_ = std::numeric_limits<Nanoseconds>::min();
};

}  // namespace joulemark::sensors
