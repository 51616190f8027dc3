// SPDX-License-Identifier: Apache-2.0
// Whether values drift in time, and how fast, without assuming a distribution.
#pragma once

#include <cstdint>
#include <limits>
#include <span>

#include "stats/interval.h"
#include "stats/test_result.h"

namespace joulemark::stats {

/// The statistic of the test is z; it has no degrees of freedom.
struct MannKendall {
  TestResult test;
  std::int64_t s = 0;                                     ///< ascending pairs less descending ones
  double tau = std::numeric_limits<double>::quiet_NaN();  ///< s over the number of pairs
};

/// Test for a monotonic trend of values in the order of time (Mann 1945, Econometrica 13:245;
/// Kendall 1975), with the variance corrected for ties and for continuity; p is the normal
/// approximation, good from about ten values on. z and tau are positive where values rise. Fewer
/// than three values: kTooFew; all equal: kConstant; NaN or infinity: kNotFinite. Time O(n log n).
MannKendall mann_kendall(std::span<const double> values);

struct TheilSen {
  Interval slope;
  double intercept = std::numeric_limits<double>::quiet_NaN();  ///< median(y) − slope · median(x)
};

/// Median of the slopes between all points with different x (Theil 1950, Proc. KNAW 53:386), and
/// its interval from the distribution of Kendall's S (Sen 1968, JASA 63:1379, with his corrections
/// for ties), which is a normal approximation. Spans equally long. No two different x, or fewer
/// than three points: kTooFew; y all equal: kConstant; more than 20,000 points: kTooMany; NaN or
/// infinity, among the slopes too: kNotFinite. Time O(n²), memory O(n) beyond half a million
/// slopes.
TheilSen theil_sen(std::span<const double> x, std::span<const double> y, double level = 0.95);

/// The same over x = 0, 1, 2 …: the slope is per step.
TheilSen theil_sen(std::span<const double> y, double level = 0.95);

}  // namespace joulemark::stats
