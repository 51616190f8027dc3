// SPDX-License-Identifier: Apache-2.0
// Whether treatments differ that were all measured in every block, by the ranks inside blocks.
#pragma once

#include <limits>

#include "stats/adjust.h"
#include "stats/test_result.h"

namespace joulemark::stats {

/// `test`: Friedman's χ² with its correction for ties, df1 = treatments − 1.
struct Friedman {
  TestResult test;
  /// Kendall's coefficient of concordance of the blocks, 0 to 1 (Kendall & Babington Smith 1939,
  /// Ann. Math. Stat. 10:275).
  double w = std::numeric_limits<double>::quiet_NaN();
};

/// Of treatments[i][j], the i-th treatment's value in the j-th block (Friedman 1937, JASA 32:675;
/// for ties Conover 1999, ch. 5.8). kTooFew: below two treatments or two blocks. kUnbalanced: a
/// treatment that lacks a block. kConstant: all values equal inside every block.
Friedman friedman(Groups treatments);

/// Nemenyi's test of all pairs after it (Nemenyi 1963; Demšar 2006, JMLR 7:1). The statistic is the
/// difference of mean ranks a − b over √(k(k + 1)/(12·blocks)), to be compared with the studentised
/// range of infinite df. p holds for all pairs together, and adjusted_p is the same. kTooMany: more
/// treatments than StudentizedRange has.
PairTests nemenyi(Groups treatments);

/// Conover's test of all pairs after it: the difference of rank sums a − b over its standard error,
/// t with (blocks − 1)(treatments − 1) degrees of freedom, two-sided (Conover 1999, ch. 5.8). More
/// power than Nemenyi's. kSeparated: all blocks agree, which leaves no error.
PairTests conover(Groups treatments, Adjustment adjustment = Adjustment::kHolm);

}  // namespace joulemark::stats
