// SPDX-License-Identifier: Apache-2.0
// Whether the means of several groups differ: the one-way analysis of variance, and Welch's.
#pragma once

#include <limits>
#include <span>

#include "stats/moments.h"
#include "stats/test_result.h"

namespace joulemark::stats {

/// F test with the sums of squares and the share of variance that the groups explain: η² of the
/// sample, ω² (Hays 1963, Statistics for Psychologists) and ε² (Kelley 1935, PNAS 21:554) of the
/// population, which may be below 0. All NaN unless the outcome is kOk.
struct OneWayAnova {
  TestResult test;  ///< df1 between groups, df2 within
  double ss_between = std::numeric_limits<double>::quiet_NaN();
  double ss_within = std::numeric_limits<double>::quiet_NaN();
  double eta_squared = std::numeric_limits<double>::quiet_NaN();
  double omega_squared = std::numeric_limits<double>::quiet_NaN();
  double epsilon_squared = std::numeric_limits<double>::quiet_NaN();
};

/// One-way analysis of variance, variances equal (Fisher 1925, Statistical Methods). Fewer than two
/// groups, an empty one, or one value in each: kTooFew. No group has variance: kConstant. Values
/// whose squares are beyond all doubles: kNotFinite, here and below.
OneWayAnova anova(Groups groups);
/// The same where the groups' moments are known.
OneWayAnova anova(std::span<const Moments> groups);

/// Means of groups with variances of their own (Welch 1951, Biometrika 38:330). Fewer than two
/// groups, or two values in one: kTooFew. A group without variance: kConstant.
TestResult welch_anova(Groups groups);

}  // namespace joulemark::stats
