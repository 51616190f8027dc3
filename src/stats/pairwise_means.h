// SPDX-License-Identifier: Apache-2.0
// All pairs of groups compared by their means, with one error rate for all of them.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "stats/interval.h"
#include "stats/studentized_range.h"
#include "stats/test_result.h"

namespace joulemark::stats {

/// Groups a and b. `test.statistic` is t with the sign of mean(a) − mean(b), `test.df1` the number
/// of groups, `test.df2` the degrees of freedom; `test.p` is P(Q > √2·|t|) of the studentized
/// range, adjusted for all pairs thereby. The intervals of all pairs hold together.
struct PairwiseMean {
  std::size_t a = 0;
  std::size_t b = 0;
  TestResult test;
  Interval difference;
};

/// Variances unequal, each pair with degrees of freedom of its own (Games & Howell 1976, J. Educ.
/// Stat. 1:113). Pairs in order (0, 1), (0, 2), …, (1, 2), …. A pair's degenerate data spoil that
/// pair alone: below two values: kTooFew; neither has variance: kConstant, the interval is the
/// point. No pairs at all of more than StudentizedRange::kMaxK groups.
std::vector<PairwiseMean> games_howell(Groups groups, double level = 0.95);

/// One such pair, of the k groups that `range` is made for; a and b are 0 and 1.
PairwiseMean games_howell(std::span<const double> a, std::span<const double> b,
                          StudentizedRange& range, double level = 0.95);

/// Variances equal and pooled over all groups (Tukey 1953, The Problem of Multiple Comparisons;
/// unequal sizes: Kramer 1956, Biometrics 12:307). Any group empty or not finite, no degrees of
/// freedom, or no variance at all: that outcome for every pair.
std::vector<PairwiseMean> tukey_hsd(Groups groups, double level = 0.95);

}  // namespace joulemark::stats
