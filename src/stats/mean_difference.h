// SPDX-License-Identifier: Apache-2.0
// The difference of two means with its standard error, which t tests, equivalence tests and
// pairwise comparisons start from.
#pragma once

#include <limits>
#include <span>

#include "stats/interval.h"
#include "stats/moments.h"
#include "stats/outcome.h"

namespace joulemark::stats {

/// `estimate` is mean(a) − mean(b), there where both have a value and all are finite; the others
/// unless the outcome is kOk are NaN. kTooFew: fewer than two values or pairs; kConstant: the
/// standard error is 0 or no more than rounding; kUnbalanced: pairs of samples unequally long.
struct MeanDifference {
  double estimate = std::numeric_limits<double>::quiet_NaN();
  double standard_error = std::numeric_limits<double>::quiet_NaN();
  double df = std::numeric_limits<double>::quiet_NaN();
  Outcome outcome = Outcome::kTooFew;
};

/// Of independent samples, variances unequal; degrees of freedom of Welch 1938 (Biometrika 29:350)
/// and Satterthwaite 1946 (Biometrics Bull. 2:110). One of the two may be constant.
MeanDifference welch_difference(const Moments& a, const Moments& b);
/// Of samples whose i-th values belong together.
MeanDifference paired_difference(std::span<const double> a, std::span<const double> b);

/// estimate ± `half_width`; the point where the difference is kConstant.
Interval interval_around(const MeanDifference& difference, double half_width);

}  // namespace joulemark::stats
