// SPDX-License-Identifier: Apache-2.0
// Repetition at nested levels: where the variance arises, how often each level pays, and intervals
// (Kalibera & Jones 2013, "Rigorous benchmarking in reasonable time", ISMM).
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "stats/bootstrap.h"
#include "stats/interval.h"

namespace joulemark::stats {

/// Measurements of a nested experiment, for example of builds, processes, and iterations.
/// `counts[0]` is how often the top level was repeated, `counts.back()` how often the lowest one
/// within each repetition of what is above; `values` has their product, the lowest level fastest.
struct NestedValues {
  std::span<const double> values;
  std::span<const std::size_t> counts;
};

/// One level, in the order of NestedValues::counts.
struct LevelVariance {
  double biased = 0;  ///< S²: the mean sample variance of this level's means
  /// T²: what this level adds, S² less what comes through from the level below, S²/r of it.
  /// A negative one is estimation noise about 0.
  double own = 0;
};

struct NestedSummary {
  Interval mean;  ///< ± t of the top level's count less one · sqrt(S²/r) of the top level
  std::vector<LevelVariance> levels;
};

/// Fewer than two repetitions at a level, or no level: kTooFew, with the mean where there is a
/// value. `values` not as many as the counts say: kUnbalanced. All values equal: kConstant. NaN or
/// infinity, or squares beyond all doubles: kNotFinite.
NestedSummary nested_summary(const NestedValues& nested, double level = 0.95);

/// How often each level but the top one should be repeated for the shortest time that gives a
/// wanted interval: ceil(sqrt(c_above/c · T²/T²_above)). `costs[i]` is what one repetition of level
/// i takes apart from what is nested in it, positive, as many as levels. At least 1; infinity where
/// the level above adds no variance of its own, for then repeating that gains nothing. The top
/// level (element 0) is repeated until the interval is short enough: NaN. Costs of another number,
/// or levels fewer than two: empty.
std::vector<double> optimal_repetitions(std::span<const LevelVariance> levels,
                                        std::span<const double> costs);

/// Ratio of the means, `numerator` over `denominator`, with the percentile interval of a
/// hierarchical bootstrap: repetitions are drawn at the top level, within each of them at the next,
/// and so on. The experiments may have different counts. Outcomes as of nested_summary, of either;
/// both constant: kConstant; a denominator that is 0 or changes its sign among the resamples:
/// kNotFinite.
Interval nested_ratio(const NestedValues& numerator, const NestedValues& denominator,
                      const BootstrapOptions& options = {});

}  // namespace joulemark::stats
