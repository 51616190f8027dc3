// SPDX-License-Identifier: Apache-2.0
// Which of several treatments is best, and how sure it is that each other one is worse.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <vector>

#include "stats/interval.h"

namespace joulemark::stats {

/// How a treatment stands to the best one, as its interval says.
enum class Relation {
  kBest,        ///< it is the best one
  kEquivalent,  ///< the interval lies within the margin on both sides
  kBehind,      ///< the interval lies above 1, and the margin lies in it
  kUnresolved,  ///< none of the others, or there is no interval
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
  /// How many there were to choose from, when some of them are not among the values; 0: as many as
  /// there are values.
  std::size_t treatments = 0;
};

struct BestSet {
  std::optional<std::size_t> best;  ///< none when no treatment has a value
  std::vector<Comparison> comparisons;
};

/// The treatment with the smallest geometric mean adjusted for blocks (fit_two_way) among those
/// with at least half as many values as the fullest; none without a value. Arguments as best_set.
std::optional<std::size_t> best_treatment(std::span<const std::vector<double>> values);

/// Smaller is better. `values[treatment][block]`, positive, NaN where a block has none; equally
/// many blocks each. Every other treatment than best_treatment is compared with it by paired_ratio
/// over the blocks that both have.
///
/// All intervals hold together with at least `level`, although the same data chose the one that
/// they refer to: each is taken at the Bonferroni level of all k(k − 1)/2 pairs (Dunn 1961, JASA
/// 56:52), so that those of every possible choice hold at once. Nothing is assumed of how the
/// treatments' variances compare, which Tukey's and Dunnett's pooled methods need: configurations
/// differ in noise tenfold. Hence the truly best treatment is kWorse with at most (1 − level)/k.
BestSet best_set(std::span<const std::vector<double>> values, const BestSetOptions& options = {});

}  // namespace joulemark::stats
