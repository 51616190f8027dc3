// SPDX-License-Identifier: Apache-2.0
// An estimate with its interval, or the name of the reason why there is none.
#pragma once

#include <limits>

#include "stats/outcome.h"

namespace joulemark::stats {

/// kConstant: every value is the same, and the interval is that point. Any other outcome but kOk:
/// `lo` and `hi` are NaN; `estimate` is there where it is defined.
struct Interval {
  double estimate = std::numeric_limits<double>::quiet_NaN();
  double lo = std::numeric_limits<double>::quiet_NaN();
  double hi = std::numeric_limits<double>::quiet_NaN();
  Outcome outcome = Outcome::kTooFew;
  /// Whether `lo` and `hi` are numbers.
  [[nodiscard]] bool bounded() const {
    return outcome == Outcome::kOk || outcome == Outcome::kConstant;
  }
};

}  // namespace joulemark::stats
