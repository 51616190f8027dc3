// SPDX-License-Identifier: Apache-2.0
// Whether two means differ by so little that it does not matter: two one-sided t tests.
#pragma once

#include <limits>
#include <span>

#include "stats/interval.h"
#include "stats/test_result.h"

namespace joulemark::stats {

/// The differences mean(a) − mean(b) that do not matter: lo < hi, in the values' unit.
struct EquivalenceBounds {
  double lo = 0;
  double hi = 0;
};

/// Two one-sided tests (Schuirmann 1987, J. Pharmacokin. Biopharm. 15:657). The means are
/// equivalent at level α where `p` ≤ α, which is where `difference`, with level 1 − 2α, lies within
/// the bounds. Degenerate data as with a TTest; a bound that is not finite, or so
/// far away that t is not: kNotFinite, with the interval.
struct Equivalence {
  TestResult above_lo;  ///< against "the difference is lo or less"; df1 degrees of freedom
  TestResult below_hi;  ///< against "the difference is hi or more"
  double p = std::numeric_limits<double>::quiet_NaN();  ///< the larger of both
  Interval difference;
  Outcome outcome = Outcome::kTooFew;
};

/// Independent samples with variances of their own.
Equivalence tost_welch(std::span<const double> a, std::span<const double> b,
                       const EquivalenceBounds& bounds, double alpha = 0.05);

/// Samples whose i-th values belong together; kUnbalanced where they are not equally long.
Equivalence tost_paired(std::span<const double> a, std::span<const double> b,
                        const EquivalenceBounds& bounds, double alpha = 0.05);

}  // namespace joulemark::stats
