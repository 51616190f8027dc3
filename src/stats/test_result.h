// SPDX-License-Identifier: Apache-2.0
// What every test of a hypothesis gives.
#pragma once

#include <limits>
#include <span>
#include <vector>

#include "stats/outcome.h"

namespace joulemark::stats {

/// Samples of several groups; their sizes may differ.
using Groups = std::span<const std::vector<double>>;

/// A test. Everything is NaN unless the outcome is kOk; what a test does not have (degrees of
/// freedom) is NaN always. `p` is two-sided where the alternative has two sides.
struct TestResult {
  double statistic = std::numeric_limits<double>::quiet_NaN();
  double df1 = std::numeric_limits<double>::quiet_NaN();
  double df2 = std::numeric_limits<double>::quiet_NaN();
  double p = std::numeric_limits<double>::quiet_NaN();
  Outcome outcome = Outcome::kTooFew;
};

}  // namespace joulemark::stats
