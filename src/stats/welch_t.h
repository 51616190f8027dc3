// SPDX-License-Identifier: Apache-2.0
// The t tests of two means: independent with unequal variances, and paired.
#pragma once

#include <span>

#include "stats/interval.h"
#include "stats/test_result.h"

namespace joulemark::stats {

/// A t test of mean(a) − mean(b): `test.df1` are the degrees of freedom, `test.p` is two-sided.
/// Fewer than two values in a sample, or two pairs: kTooFew, the estimate alone. No variance at
/// all: kConstant, and the interval is the point. Values whose squares are beyond all doubles:
/// kNotFinite.
struct TTest {
  TestResult test;
  Interval difference;
};

/// Independent samples with variances of their own (Welch 1938, Biometrika 29:350).
TTest welch_t(std::span<const double> a, std::span<const double> b, double level = 0.95);

/// Samples whose i-th values belong together (Student 1908, Biometrika 6:1). kUnbalanced where they
/// are not equally long.
TTest paired_t(std::span<const double> a, std::span<const double> b, double level = 0.95);

}  // namespace joulemark::stats
