// SPDX-License-Identifier: Apache-2.0
// Effects are marginal means less all effects of fewer factors, so that no sum of squares is a
// difference of large numbers.
#include "stats/factorial_cells.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>

#include "stats/descriptive.h"

namespace joulemark::stats {
namespace {

bool contains(FactorSet set, std::size_t factor) {
  return (set >> factor & 1u) != 0;
}

/// Levels of every factor and the number of cells; false where there are more cells than values.
bool count_levels(const FactorialDesign& design, Cells& cells) {
  cells.factors = design.levels.size();
  cells.count = 1;
  for (std::size_t f = 0; f < cells.factors; ++f) {
    const std::vector<std::size_t>& levels = design.levels[f];
    if (levels.size() != design.values.size()) return false;
    const std::size_t greatest = *std::max_element(levels.begin(), levels.end());
    if (greatest >= design.values.size()) return false;
    cells.levels[f] = greatest + 1;
    cells.count *= cells.levels[f];
    if (cells.count > design.values.size()) return false;
  }
  return true;
}

bool balanced(Cells& cells) {
  std::vector<std::size_t> counts(cells.count);
  for (const std::size_t cell : cells.of) ++counts[cell];
  cells.per_cell = counts.front();
  return std::all_of(counts.begin(), counts.end(),
                     [&](std::size_t count) { return count == cells.per_cell; });
}

/// The mean of `cell_values` over all cells with the same levels of `set`, in every cell.
std::vector<double> marginal_means(const Cells& cells, std::span<const double> cell_values,
                                   FactorSet set) {
  std::vector<double> sums(cells.combinations(set));
  for (std::size_t cell = 0; cell < cells.count; ++cell)
    sums[cells.combination(cell, set)] += cell_values[cell];
  const double share = static_cast<double>(sums.size()) / static_cast<double>(cells.count);
  std::vector<double> means(cells.count);
  for (std::size_t cell = 0; cell < cells.count; ++cell)
    means[cell] = sums[cells.combination(cell, set)] * share;
  return means;
}

/// Means of the cells, of deviations from the grand mean.
std::vector<double> cell_means(const Cells& cells, std::span<const double> values,
                               double grand_mean) {
  std::vector<double> means(cells.count);
  for (std::size_t i = 0; i < values.size(); ++i) means[cells.of[i]] += values[i] - grand_mean;
  for (double& value : means) value /= static_cast<double>(cells.per_cell);
  return means;
}

}  // namespace

std::size_t Cells::level(std::size_t cell, std::size_t factor) const {
  for (std::size_t f = factors - 1; f > factor; --f) cell /= levels[f];
  return cell % levels[factor];
}

std::size_t Cells::combination(std::size_t cell, FactorSet set) const {
  std::size_t number = 0;
  for (std::size_t f = 0; f < factors; ++f)
    if (contains(set, f)) number = number * levels[f] + level(cell, f);
  return number;
}

std::size_t Cells::combinations(FactorSet set) const {
  std::size_t product = 1;
  for (std::size_t f = 0; f < factors; ++f)
    if (contains(set, f)) product *= levels[f];
  return product;
}

double Cells::df(FactorSet set) const {
  double product = 1;
  for (std::size_t f = 0; f < factors; ++f)
    if (contains(set, f)) product *= static_cast<double>(levels[f] - 1);
  return product;
}

std::vector<FactorSet> Cells::effects() const {
  std::vector<FactorSet> sets;
  for (FactorSet set = 1; set < (FactorSet{1} << factors); ++set) sets.push_back(set);
  std::stable_sort(sets.begin(), sets.end(),
                   [](FactorSet a, FactorSet b) { return std::popcount(a) < std::popcount(b); });
  return sets;
}

Cells cells_of(const FactorialDesign& design) {
  Cells cells;
  cells.outcome = Outcome::kNotFinite;
  if (!all_finite(design.values)) return cells;
  cells.outcome = Outcome::kTooFew;
  if (design.values.empty() || design.levels.empty()) return cells;
  cells.outcome = Outcome::kTooMany;
  if (design.levels.size() > kMaxFactors) return cells;
  cells.outcome = Outcome::kUnbalanced;
  if (!count_levels(design, cells)) return cells;
  for (std::size_t i = 0; i < design.values.size(); ++i) {
    std::size_t cell = 0;
    for (std::size_t f = 0; f < cells.factors; ++f)
      cell = cell * cells.levels[f] + design.levels[f][i];
    cells.of.push_back(cell);
  }
  if (!balanced(cells)) return cells;
  const auto end = cells.levels.begin() + static_cast<std::ptrdiff_t>(cells.factors);
  const bool varied = std::all_of(cells.levels.begin(), end, [](auto count) { return count > 1; });
  cells.outcome = varied ? Outcome::kOk : Outcome::kTooFew;
  return cells;
}

CellEffects effects_of(const Cells& cells, std::span<const double> values) {
  CellEffects result;
  result.grand_mean = mean(values);
  const std::vector<double> means = cell_means(cells, values, result.grand_mean);
  result.effects.assign(std::size_t{1} << cells.factors, std::vector<double>(cells.count));
  double largest = 0;
  for (const double value : values) largest = std::max(largest, std::abs(value));
  result.effects[0] = marginal_means(cells, means, 0);  // what rounding left in the grand mean
  for (const FactorSet set : cells.effects()) {
    std::vector<double>& effect = result.effects[set];
    effect = marginal_means(cells, means, set);
    for (FactorSet part = 0; part < set; ++part) {
      if ((part & set) != part) continue;
      for (std::size_t cell = 0; cell < cells.count; ++cell)
        effect[cell] -= result.effects[part][cell];
    }
  }
  for (std::size_t i = 0; i < values.size(); ++i)
    result.residuals.push_back(values[i] - result.grand_mean - means[cells.of[i]]);
  const double step = 16 * std::numeric_limits<double>::epsilon() * largest;
  result.rounding = static_cast<double>(values.size()) * step * step;
  return result;
}

double sum_of_squares(const Cells& cells, const std::vector<double>& effect) {
  double sum = 0;
  for (const double value : effect) sum += value * value;
  return sum * static_cast<double>(cells.per_cell);
}

}  // namespace joulemark::stats
