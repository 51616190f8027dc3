// SPDX-License-Identifier: Apache-2.0
// How far apart two samples are, as a median of differences with a distribution-free interval.
#pragma once

#include <span>

#include "stats/interval.h"
#include "stats/rank_distribution.h"

namespace joulemark::stats {

/// The median of all n·m differences a − b (Hodges & Lehmann 1963, Ann. Math. Stat. 34:598). The
/// interval ends at two of them (Moses; Hollander & Wolfe 1999, ch. 4.3): which ones the exact
/// distribution of U says where no values are equal and RankDistribution::kMaxPairs suffices, else
/// its normal approximation with corrections for continuity and for ties inside a sample.
/// O((n + m) log(n + m)) in time and O(n + m) in memory. kTooFew: an empty sample, or, with the
/// estimate, so few values that no interval reaches `level`. kConstant: both samples are constant.
/// kNotFinite: also where a difference is beyond all doubles.
Interval hodges_lehmann(std::span<const double> a, std::span<const double> b, double level = 0.95);

/// The same with the distribution of U for these sizes; one for other sizes is not used.
Interval hodges_lehmann(std::span<const double> a, std::span<const double> b,
                        const RankDistribution& exact, double level = 0.95);

/// Of pairs: the median of all averages of two differences a − b, each with itself too, with the
/// interval that the signed-rank test gives (Tukey; Hollander & Wolfe 1999, ch. 3.3), exact for up
/// to RankDistribution::kMaxSignedRank pairs without zeros or differences of equal size. Pairs
/// without a difference stay in. kUnbalanced: spans of different length; else as above.
Interval hodges_lehmann_paired(std::span<const double> a, std::span<const double> b,
                               double level = 0.95);

}  // namespace joulemark::stats
