// SPDX-License-Identifier: Apache-2.0
// Values that stand out. They are flags for a look at their cause, never a reason to drop a value.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "stats/outcome.h"

namespace joulemark::stats {

struct Flagged {
  std::vector<std::size_t> indices;  ///< of the values that stand out, ascending
  Outcome outcome = Outcome::kTooFew;
};

/// Modified z scores 0.6745 · (x − median) / MAD; NaN unless kOk. Where more than half of the
/// values are equal, and the MAD therefore 0, (x − median) / (1.253314 · mean absolute deviation
/// from the median) (Iglewicz & Hoaglin 1993, ASQC 16, p. 11; the fallback as IBM SPSS documents
/// it). Fewer than three values: kTooFew; all equal: kConstant; NaN or infinity: kNotFinite.
struct ModifiedZ {
  std::vector<double> scores;  ///< as many as values
  Outcome outcome = Outcome::kTooFew;
};
ModifiedZ modified_z_scores(std::span<const double> values);

/// Values whose modified z score is beyond ±`limit`.
Flagged flag_by_modified_z(std::span<const double> values, double limit = 3.5);

/// Values more than `fences` interquartile ranges (type 7) below the first or above the third
/// quartile: 3 is Tukey's "far out" (Tukey 1977). Fewer than four values: kTooFew; no distance
/// between the quartiles: kConstant; NaN or infinity: kNotFinite.
Flagged flag_by_quartiles(std::span<const double> values, double fences = 3);

}  // namespace joulemark::stats
