// SPDX-License-Identifier: Apache-2.0
// Which of several treatments is best, and which cannot be told from it by more than a margin.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <vector>

#include "stats/interval.h"

namespace joulemark::stats {

/// How a treatment stands to the best one.
enum class Relation {
  kBest,        ///< it is the best one
  kEquivalent,  ///< the interval lies within the margin on both sides
  kUnresolved,  ///< neither
  kWorse,       ///< the interval lies above the margin: not in the best set
};

struct Comparison {
  Relation relation = Relation::kUnresolved;
  Interval ratio;  ///< its geometric mean over the best one's, paired by block; simultaneous
  int blocks = 0;  ///< in which both have a value
};

struct BestSetOptions {
  double margin = 0.03;  ///< as a ratio: 1.03 and 1/1.03 still do not matter
  double level = 0.95;   ///< of all intervals together
};

struct BestSet {
  std::optional<std::size_t> best;  ///< none when no treatment has a value
  std::vector<Comparison> comparisons;
};

/// Smaller is better. `values[treatment][block]`, positive, NaN where a block has none; equally
/// many blocks each. The best one has the smallest geometric mean adjusted for blocks (two-way
/// additive fit on ln) among the treatments with at least half as many values as the fullest. Every
/// other is compared with it at the Bonferroni level over all rivals, so that the truly best
/// treatment is in the set with at least `level`, whichever was picked (comparisons with the best:
/// Hsu 1981, Ann. Stat. 9:1026; here paired, because blocks share their disturbances).
BestSet best_set(std::span<const std::vector<double>> values, const BestSetOptions& options = {});

}  // namespace joulemark::stats
