// SPDX-License-Identifier: Apache-2.0
// How closely two measurements of the same things go together.
#pragma once

#include <limits>
#include <span>

#include "stats/interval.h"
#include "stats/test_result.h"

namespace joulemark::stats {

/// `coefficient` is there whenever it is defined, also where `test` is not.
struct Correlation {
  double coefficient = std::numeric_limits<double>::quiet_NaN();
  TestResult test;
};

/// The i-th values of both spans belong together; of different length they are kUnbalanced. A span
/// of equal values is kConstant.

/// r, tested by t = r·√((n − 2)/(1 − r²)), two-sided, df1 = n − 2 (Student 1908, Biometrika 6:302).
/// r = ±1 has an infinite t and p = 0. Below three pairs: kTooFew. kNotFinite: also where a sum is
/// beyond all doubles.
Correlation pearson(std::span<const double> a, std::span<const double> b);

/// Interval of r by the normal approximation of its inverse hyperbolic tangent (Fisher 1921, Metron
/// 1:3). Below four pairs: kTooFew, with r. r = ±1 is an interval of one point.
Interval pearson_interval(std::span<const double> a, std::span<const double> b,
                          double level = 0.95);

enum class SpearmanTest {
  kApproximate,  ///< t as of pearson()
  kExact,        ///< the statistic is Σd², p counts all orders; kTies, kTooMany above nine pairs
};

/// ρ: r of the midranks (Spearman 1904, Am. J. Psychol. 15:72). Below three pairs: kTooFew.
Correlation spearman(std::span<const double> a, std::span<const double> b,
                     SpearmanTest test = SpearmanTest::kApproximate);

/// τ-b in O(n log n) (Kendall 1945, Biometrika 33:239; Knight 1966, JASA 61:436). The statistic is
/// concordant less discordant pairs. p counts all orders where no values are equal and either n ≤
/// RankDistribution::kMaxKendall or at most one pair stands out; else it is normal with the
/// variance of ties (Kendall 1970, ch. 4). Below two pairs: kTooFew.
Correlation kendall(std::span<const double> a, std::span<const double> b);

}  // namespace joulemark::stats
