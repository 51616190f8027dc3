// SPDX-License-Identifier: Apache-2.0
// Alignment from the cells' effects, then the factorial analysis of the ranks.
#include "stats/art.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <span>

#include "stats/distribution.h"
#include "stats/factorial_cells.h"
#include "stats/ranks.h"

namespace joulemark::stats {
namespace {

constexpr int kDecimals = 8;
/// Decimal digits of a value that are left after rounding at most: a sum of a few values is not
/// exact beyond them.
constexpr int kDigits = 14;

/// Distance of the numbers that aligned values are rounded to.
double rounding_step(std::span<const double> values) {
  double largest = 0;
  for (const double value : values) largest = std::max(largest, std::abs(value));
  if (largest == 0) return 1;
  const int exponent = static_cast<int>(std::floor(std::log10(largest)));
  const int decimals = std::min(kDecimals - std::min(exponent, 0), kDigits - 1 - exponent);
  return std::pow(10.0, -decimals);
}

/// To a whole number. Halves are found first, for the last bits would round equal ones apart.
double rounded(double value) {
  return std::nearbyint(std::nearbyint(value * 1024) / 1024);
}

/// Ranks of the residuals and an effect's estimate in each cell.
std::vector<double> aligned_ranks(const FactorialDesign& design, const Cells& cells,
                                  const CellEffects& parts, const std::vector<double>& effect) {
  const double step = rounding_step(design.values);
  std::vector<double> aligned = parts.residuals;
  for (std::size_t i = 0; i < aligned.size(); ++i)
    aligned[i] = rounded((aligned[i] + effect[cells.of[i]]) / step);
  return midranks(aligned).ranks;
}

/// kOk, or why there is no analysis of the values themselves.
Outcome obstacle(const FactorialDesign& design) {
  return factorial_anova(design).outcome;
}

/// Sum of the effects of all sets within `set`: that of its combinations taken as one factor.
std::vector<double> joint_effect(const Cells& cells, const CellEffects& parts, FactorSet set) {
  std::vector<double> sum(cells.count);
  for (FactorSet part = 1; part <= set; ++part) {
    if ((part & set) != part) continue;
    for (std::size_t cell = 0; cell < cells.count; ++cell) sum[cell] += parts.effects[part][cell];
  }
  return sum;
}

/// Mean of `values` for each combination of the levels in `set`.
std::vector<double> means_of(const Cells& cells, const std::vector<double>& values, FactorSet set) {
  std::vector<double> means(cells.combinations(set));
  for (std::size_t i = 0; i < values.size(); ++i)
    means[cells.combination(cells.of[i], set)] += values[i];
  for (double& value : means)
    value *= static_cast<double>(means.size()) / static_cast<double>(values.size());
  return means;
}

}  // namespace

Art aligned_rank_transform(const FactorialDesign& design) {
  Art art;
  art.outcome = obstacle(design);
  if (art.outcome != Outcome::kOk) return art;
  const Cells cells = cells_of(design);
  const CellEffects parts = effects_of(cells, design.values);
  for (const FactorSet set : cells.effects()) {
    const std::vector<double> ranks = aligned_ranks(design, cells, parts, parts.effects[set]);
    const FactorialAnova anova = factorial_anova({.values = ranks, .levels = design.levels});
    ArtEffect& effect = art.effects.emplace_back();
    effect.factors = set;
    effect.test.outcome = anova.outcome;
    for (const FactorialEffect& found : anova.effects) {
      if (found.factors != set) continue;
      effect.test = found.test;
      effect.partial_eta_squared = found.partial_eta_squared;
    }
  }
  return art;
}

ArtContrasts art_contrasts(const FactorialDesign& design, FactorSet set) {
  ArtContrasts contrasts;
  contrasts.outcome = obstacle(design);
  if (contrasts.outcome != Outcome::kOk) return contrasts;
  const Cells cells = cells_of(design);
  assert(set > 0 && set < (FactorSet{1} << cells.factors));
  const CellEffects parts = effects_of(cells, design.values);
  const std::vector<double> ranks =
      aligned_ranks(design, cells, parts, joint_effect(cells, parts, set));
  const FactorialAnova anova = factorial_anova({.values = ranks, .levels = design.levels});
  contrasts.outcome = anova.outcome;
  if (anova.outcome != Outcome::kOk) return contrasts;
  const std::vector<double> means = means_of(cells, ranks, set);
  const double each = static_cast<double>(ranks.size()) / static_cast<double>(means.size());
  const double error = std::sqrt(anova.error_sum_of_squares / anova.error_df * 2 / each);
  for (std::size_t i = 0; i < means.size(); ++i) {
    for (std::size_t j = i + 1; j < means.size(); ++j) {
      const double t = (means[i] - means[j]) / error;
      contrasts.pairs.push_back({.first = i,
                                 .second = j,
                                 .difference = means[i] - means[j],
                                 .test = {.statistic = t,
                                          .df1 = anova.error_df,
                                          .p = 2 * t_sf(anova.error_df, std::abs(t)),
                                          .outcome = Outcome::kOk}});
    }
  }
  return contrasts;
}

}  // namespace joulemark::stats
