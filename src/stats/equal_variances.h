// SPDX-License-Identifier: Apache-2.0
// Whether groups have the same variance.
#pragma once

#include "stats/test_result.h"

namespace joulemark::stats {

// Fewer than two groups, or two values in one: kTooFew. No spread left to test with: kConstant.

/// What the distances in Levene's test are taken from.
enum class Centre {
  kMedian,  ///< Brown & Forsythe 1974, JASA 69:364; keeps its level for skewed data
  kMean,    ///< Levene 1960, in Olkin (ed.), Contributions to Probability and Statistics
};

/// Analysis of variance of |x − centre of its group|. kConstant also where those distances are the
/// same within each group, as they are for groups of two.
TestResult levene(Groups groups, Centre centre = Centre::kMedian);

/// Likelihood ratio test with Bartlett's correction (Bartlett 1937, Proc. R. Soc. A 160:268),
/// powerful for normal data and misleading for others. χ² with df1. kConstant where one group has
/// no variance.
TestResult bartlett(Groups groups);

/// Normal scores of the ranks of |x − median of its group| (Fligner & Killeen 1976, JASA 71:210;
/// centred by medians as Conover, Johnson & Johnson 1981, Technometrics 23:351). χ² with df1.
/// Two distances are a tie where they are equal to the last digit.
TestResult fligner_killeen(Groups groups);

}  // namespace joulemark::stats
