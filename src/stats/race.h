// SPDX-License-Identifier: Apache-2.0
// A race of treatments over blocks: which can be left out before all blocks are measured.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <vector>

#include "stats/interval.h"

namespace joulemark::stats {

/// The state of a race after some blocks.
///
/// Racing (Maron & Moore 1997, Artificial Intelligence Review 11:193): after each block, what is
/// shown to be worse than the best is measured no further. Here an interval of the ratio of two
/// treatments is the difference of their effects on ln (fit_two_way, so that what a block's values
/// share cancels) ± t times its standard error. Of two blocks the variance of one treatment alone
/// is worth little. From eight treatments on, that of all together counts as one more degree of
/// freedom of each: a moderated t statistic (Smyth 2004, Statistical Applications in Genetics and
/// Molecular Biology 3:3) with so small a prior that one treatment may be 25 times as noisy as the
/// others. The two variances are joined with Satterthwaite's degrees of freedom (1946, Biometrics
/// Bulletin 2:110).
///
/// All intervals of a race, of every pair at every look, hold together with probability 1 − error,
/// wherever it ends: the j-th look may spend error/(j(j + 1)), which adds up to error, and shares
/// it equally among the pairs (Bonferroni). So with that probability none is left out that is not
/// worse by more than the margin than another one; the best one above all.
class RaceLook {
 public:
  struct Options {
    double error = 0.05;         ///< of the whole race
    int look = 1;                ///< 1 for the first
    std::size_t treatments = 0;  ///< of the whole race, with those that have no value
  };
  /// `values[treatment][block]`, rows equally long, of all treatments: those that are left out
  /// already have gaps in later blocks. Smaller is better.
  RaceLook(std::span<const std::vector<double>> values, const Options& options);

  /// The ratio of `a` to `b`. Fewer than two blocks with others for one of them: kTooFew.
  [[nodiscard]] Interval ratio(std::size_t a, std::size_t b) const;

 private:
  struct Arm {
    double effect = 0;         ///< on ln
    double squared_error = 0;  ///< of the effect
    double df = 0;             ///< of squared_error; 0: nothing is known
  };
  std::vector<Arm> arms_;
  double tail_;  ///< probability beyond one end of one interval
};

}  // namespace joulemark::stats
