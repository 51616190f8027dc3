// SPDX-License-Identifier: Apache-2.0
// Whether several independent groups have the same distribution, by ranks.
#pragma once

#include <limits>

#include "stats/ranks.h"
#include "stats/test_result.h"

namespace joulemark::stats {

/// `test`: H with its correction for ties, its χ² approximation with df1 = groups − 1.
struct KruskalWallis {
  TestResult test;
  /// ε² = H/(N − 1), 0 to 1 (Kelley 1935, PNAS 21:554; for ranks Tomczak & Tomczak 2014, Trends
  /// Sport Sci. 1:19).
  double epsilon_squared = std::numeric_limits<double>::quiet_NaN();
  /// η²_H = (H − k + 1)/(N − k), about 0 without an effect and then negative as often as not.
  double eta_squared = std::numeric_limits<double>::quiet_NaN();
};

/// Kruskal & Wallis 1952, JASA 47:583. kTooFew: below two groups, an empty one, or one value in
/// each. kConstant: all values equal.
KruskalWallis kruskal_wallis(Groups groups);

/// The same of groups that are ranked already.
KruskalWallis kruskal_wallis(const GroupRanks& ranks);

}  // namespace joulemark::stats
