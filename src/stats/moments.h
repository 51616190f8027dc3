// SPDX-License-Identifier: Apache-2.0
// Mean and variance of a sample as the parametric tests need them: constants found as such.
#pragma once

#include <limits>
#include <span>
#include <vector>

#include "stats/outcome.h"
#include "stats/test_result.h"

namespace joulemark::stats {

/// Of one sample. `variance` (divisor n − 1) is exactly 0 where the values differ by no more than
/// their rounding, so that ten times 0.1 is a constant.
struct Moments {
  double n = 0;
  double mean = std::numeric_limits<double>::quiet_NaN();
  double variance = std::numeric_limits<double>::quiet_NaN();
  Outcome outcome = Outcome::kTooFew;  ///< kOk, kTooFew below two values, kNotFinite
};

Moments moments(std::span<const double> values);
std::vector<Moments> moments(Groups groups);

/// Whether a standard deviation is no more than rounding makes of values up to ±`largest`.
bool is_rounding(double sd, double largest);

/// The same result, or none (kNotFinite) where the data were finite but not what came of them.
TestResult if_finite(const TestResult& result);

}  // namespace joulemark::stats
