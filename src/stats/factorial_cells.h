// SPDX-License-Identifier: Apache-2.0
// The cells of a balanced design, their means, and the effects in them.
#pragma once

#include <array>
#include <cstddef>
#include <span>
#include <vector>

#include "stats/factorial.h"
#include "stats/outcome.h"

namespace joulemark::stats {

inline constexpr std::size_t kMaxFactors = 4;

/// Which cell each observation is in. A cell's number counts its levels, the last factor fastest.
struct Cells {
  std::vector<std::size_t> of;                    ///< observation → cell
  std::array<std::size_t, kMaxFactors> levels{};  ///< of each factor
  std::size_t factors = 0;
  std::size_t count = 0;     ///< of cells
  std::size_t per_cell = 0;  ///< observations in each
  Outcome outcome = Outcome::kTooFew;

  [[nodiscard]] std::size_t level(std::size_t cell, std::size_t factor) const;
  /// Number of the cell's levels of these factors only, the last one fastest.
  [[nodiscard]] std::size_t combination(std::size_t cell, FactorSet set) const;
  /// How many there are.
  [[nodiscard]] std::size_t combinations(FactorSet set) const;
  [[nodiscard]] double df(FactorSet set) const;
  /// All sets of factors but the empty one: by size, then as bits. So does R.
  [[nodiscard]] std::vector<FactorSet> effects() const;
};

/// The outcome is not kOk where the design is not balanced (kUnbalanced, kTooFew, kTooMany) or a
/// value is not finite. One value in a cell is enough here.
Cells cells_of(const FactorialDesign& design);

/// A model's parts, in every cell: `effects[set][cell]`, which sum to the cell's mean over all sets
/// but the empty one, from which the grand mean was taken.
struct CellEffects {
  double grand_mean = 0;
  std::vector<std::vector<double>> effects;
  std::vector<double> residuals;  ///< of each observation from its cell's mean
  /// Sums of squares that are not above this are rounding.
  double rounding = 0;
};

CellEffects effects_of(const Cells& cells, std::span<const double> values);

/// Sum over all observations of the effect's square.
double sum_of_squares(const Cells& cells, const std::vector<double>& effect);

}  // namespace joulemark::stats
