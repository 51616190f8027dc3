// SPDX-License-Identifier: Apache-2.0
// Ratios of geometric means from values that were measured in the same blocks.
#pragma once

#include <span>

#include "stats/interval.h"

namespace joulemark::stats {

/// Ratio of the geometric means of `numerator` and `denominator`, whose i-th values come from the
/// same block, with the interval of the paired t test on ln (Student 1908; the design is a
/// randomised complete block design, Fisher 1935, and what a block's values share cancels).
/// Spans equally long. A value that is not finite and positive: kNotFinite. One pair, or two
/// so different that an end is beyond all doubles: kTooFew with the estimate. The same ratio in
/// every block: kConstant.
Interval paired_ratio(std::span<const double> numerator, std::span<const double> denominator,
                      double level = 0.95);

/// The level at which each of `comparisons` intervals must be taken so that all hold together with
/// `level` (Bonferroni; Dunn 1961, JASA 56:52).
double bonferroni_level(double level, std::size_t comparisons);

}  // namespace joulemark::stats
