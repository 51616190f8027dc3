// SPDX-License-Identifier: Apache-2.0
// When further blocks would tell nothing that is asked for.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace joulemark::verdict {

struct Precision {
  double margin = 0.03;
  double precision = 0.02;     ///< as a ratio: intervals reach to 1.02 times and 1/1.02
  std::size_t treatments = 0;  ///< as stats::BestSetOptions has it
};

/// Whether values[treatment][block], as stats::best_set takes them, are known well enough: the 95 %
/// interval of the best one's geometric mean, and that of every other one's ratio to it, paired by
/// block, reach no further than the precision to either side. Of one that the best set leaves out
/// nothing is demanded, nor of one that lacks a value in more than half of the best one's blocks.
///
/// The rule is one of precision (as Chow & Robbins 1965, Annals of Mathematical Statistics 36:457,
/// have it for one mean) and never of a p-value: it does not wait for a difference to appear.
/// False where there is no value.
bool is_precise(std::span<const std::vector<double>> values, const Precision& asked);

}  // namespace joulemark::verdict
