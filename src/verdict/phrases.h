// SPDX-License-Identifier: Apache-2.0
// Ratios and lists in words, for sentences.
#pragma once

#include <string>
#include <vector>

#include "stats/interval.h"

namespace joulemark::verdict {

/// "3 %" for 0.03, "2.5 %" for 0.025.
std::string percent_text(double fraction);

/// "p < 0.001", "p = 0.012", "p = 0.20".
std::string p_text(double p);

/// "A", "A and B", "A, B and C", "A and 4 others"; "" for none.
std::string join(const std::vector<std::string>& names);

/// What one needs for which `ratio` to another is known: "23 % more [21 %, 25 %]", "2 % less
/// [−3 %, 7 %]", or from half as much again "3.5 times as much [3.4, 3.6]"; without the bracket
/// where there is no interval. As many decimals as the interval's width shows, and so many (two at
/// most) that its ends are not rounded to 1 or to 1 + `margin`.
std::string more_text(const stats::Interval& ratio, double margin);

/// The upper end of the interval of `ratio`: "1.10", or "> 1000" where it is so much larger than
/// the estimate that its digits mean nothing.
std::string upper_end_text(const stats::Interval& ratio, int decimals);

/// A number and, apart, its interval with a leading space, for words in between.
struct Quantity {
  std::string value;     ///< "23 %"
  std::string interval;  ///< " [21 %, 25 %]"; "" where there is none
};
/// How much less the other one needs: 1 − 1/ratio.
Quantity saving(const stats::Interval& ratio);

}  // namespace joulemark::verdict
