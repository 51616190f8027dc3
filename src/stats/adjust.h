// SPDX-License-Identifier: Apache-2.0
// p-values of several tests, adjusted so that one level holds for all of them.
#pragma once

#include <cstddef>
#include <limits>
#include <span>
#include <vector>

#include "stats/outcome.h"

namespace joulemark::stats {

enum class Adjustment {
  kNone,
  kHolm,               ///< error of the family (Holm 1979, Scand. J. Stat. 6:65)
  kBonferroni,         ///< the same, weaker (Dunn 1961, JASA 56:52)
  kBenjaminiHochberg,  ///< false discovery rate (Benjamini & Hochberg 1995, JRSS B 57:289)
};

/// Adjusted p-values in the order of `p`. A NaN stays NaN and does not count as a test.
std::vector<double> adjust(std::span<const double> p, Adjustment adjustment);

/// The test of one pair of groups, which are named by their places. The statistic is signed as a −
/// b.
struct PairTest {
  std::size_t a = 0;
  std::size_t b = 0;
  double statistic = std::numeric_limits<double>::quiet_NaN();
  double p = std::numeric_limits<double>::quiet_NaN();
  double adjusted_p = std::numeric_limits<double>::quiet_NaN();
};

/// All pairs a < b in the order (0, 1), (0, 2), …, (1, 2), …; none unless the outcome is kOk.
struct PairTests {
  std::vector<PairTest> pairs;
  Outcome outcome = Outcome::kTooFew;
};

/// Fills in `adjusted_p` from `p`.
void adjust(PairTests& tests, Adjustment adjustment);

}  // namespace joulemark::stats
