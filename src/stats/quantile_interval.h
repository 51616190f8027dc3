// SPDX-License-Identifier: Apache-2.0
// Confidence intervals of a quantile that assume no distribution.
#pragma once

#include <cstddef>
#include <limits>
#include <span>

#include "stats/interval.h"

namespace joulemark::stats {

/// Which ends are wanted. The other end of a one-sided interval is infinite.
enum class Sides { kBoth, kLowerOnly, kUpperOnly };

struct QuantileOptions {
  double p = 0.5;  ///< in (0, 1)
  double level = 0.95;
  Sides sides = Sides::kBoth;
};

struct QuantileInterval {
  Interval interval;  ///< the estimate is the quantile of type 7
  double coverage = std::numeric_limits<double>::quiet_NaN();  ///< achieved, at least the level
  std::size_t lower_rank = 0;  ///< of the ends among the sorted values, from 1; 0: no such end
  std::size_t upper_rank = 0;
};

/// Ends are order statistics: the l-th and u-th smallest of n values hold the quantile between them
/// with probability P(l ≤ X < u), X binomial of n draws with `p`, or more where the distribution is
/// not continuous (Thompson 1936, Ann. Math. Stat. 7:122; Conover 1999, section 3.2). Ranks are the
/// nearest to the quantile that leave at most (1 − level)/2 on each side, or 1 − level on the only
/// one. n too small for that: kTooFew, with the estimate. All values equal: kConstant. NaN or
/// infinity: kNotFinite. Time O(n).
QuantileInterval quantile_interval(std::span<const double> values,
                                   const QuantileOptions& options = {});

/// The fewest values for which quantile_interval has its ends.
std::size_t values_for_quantile(const QuantileOptions& options);

}  // namespace joulemark::stats
