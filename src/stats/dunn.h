// SPDX-License-Identifier: Apache-2.0
// Which pairs of independent groups differ, after the Kruskal–Wallis test.
#pragma once

#include "stats/adjust.h"
#include "stats/ranks.h"
#include "stats/test_result.h"

namespace joulemark::stats {

/// z of every pair: the difference of mean ranks in the joint sample of all groups, R̄a − R̄b, over
/// its standard error with correction for ties, two-sided p (Dunn 1964, Technometrics 6:241).
/// Outcomes as of kruskal_wallis().
PairTests dunn(Groups groups, Adjustment adjustment = Adjustment::kHolm);

/// The same of groups that are ranked already. Linear in the number of pairs but for the
/// adjustment.
PairTests dunn(const GroupRanks& ranks, Adjustment adjustment = Adjustment::kHolm);

}  // namespace joulemark::stats
