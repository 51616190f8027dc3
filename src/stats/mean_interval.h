// SPDX-License-Identifier: Apache-2.0
// Student's interval of a mean.
#pragma once

#include <span>

#include "stats/interval.h"

namespace joulemark::stats {

/// Mean ± t of n − 1 degrees of freedom · s/√n (Student 1908, Biometrika 6:1). Fewer than two
/// values: kTooFew, with the mean of one. All equal: kConstant. NaN or infinity: kNotFinite.
Interval mean_interval(std::span<const double> values, double level = 0.95);

}  // namespace joulemark::stats
