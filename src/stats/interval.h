// SPDX-License-Identifier: Apache-2.0
// An estimate with its interval, or the name of the reason why there is none.
#pragma once

#include <limits>

namespace joulemark::stats {

/// What became of an interval. Data that allow none are a named outcome, never a crash or a NaN
/// that nobody explains.
enum class IntervalOutcome {
  kOk,
  kConstant,   ///< every value is the same: the interval is that point
  kTooFew,     ///< too few values for an interval: `lo` and `hi` are NaN
  kNotFinite,  ///< a value is NaN or infinite, or not positive where a logarithm is taken: all NaN
};

/// "ok", "constant", "too_few", "not_finite".
const char* to_string(IntervalOutcome outcome);

struct Interval {
  double estimate = std::numeric_limits<double>::quiet_NaN();
  double lo = std::numeric_limits<double>::quiet_NaN();
  double hi = std::numeric_limits<double>::quiet_NaN();
  IntervalOutcome outcome = IntervalOutcome::kTooFew;
  /// Whether `lo` and `hi` are numbers.
  [[nodiscard]] bool bounded() const {
    return outcome == IntervalOutcome::kOk || outcome == IntervalOutcome::kConstant;
  }
};

}  // namespace joulemark::stats
