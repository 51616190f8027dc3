// SPDX-License-Identifier: Apache-2.0
// Ratios of mean squares whose expectations differ by the tested effect alone.
#include "stats/mixed_model.h"

#include <bit>
#include <cassert>
#include <cstddef>

#include "stats/distribution.h"
#include "stats/factorial_cells.h"

namespace joulemark::stats {
namespace {

/// A sum of squares with its degrees of freedom.
struct Stratum {
  double squares = 0;
  double df = 0;
  [[nodiscard]] double mean() const { return squares / df; }
};

/// Strata of all sets of factors, by set, and of the values within cells.
struct Strata {
  Cells cells;
  std::vector<Stratum> of;
  Stratum within;
  double rounding = 0;
};

Strata strata_of(const FactorialDesign& design) {
  Strata strata;
  strata.cells = cells_of(design);
  if (strata.cells.outcome != Outcome::kOk) return strata;
  const CellEffects parts = effects_of(strata.cells, design.values);
  strata.of.resize(parts.effects.size());
  double total = 0;
  for (const FactorSet set : strata.cells.effects()) {
    strata.of[set] = {sum_of_squares(strata.cells, parts.effects[set]), strata.cells.df(set)};
    total += strata.of[set].squares;
  }
  for (const double residual : parts.residuals) strata.within.squares += residual * residual;
  strata.within.df = static_cast<double>(strata.cells.count * (strata.cells.per_cell - 1));
  strata.rounding = parts.rounding;
  if (total + strata.within.squares <= parts.rounding) strata.cells.outcome = Outcome::kConstant;
  return strata;
}

TestResult f_test(const Stratum& effect, const Stratum& error, double rounding) {
  TestResult test;
  if (error.df < 1) return test;
  test.outcome = Outcome::kConstant;
  if (error.squares <= rounding) return test;
  test.statistic = effect.mean() / error.mean();
  test.df1 = effect.df;
  test.df2 = error.df;
  test.p = f_sf(test.df1, test.df2, test.statistic);
  test.outcome = Outcome::kOk;
  return test;
}

double values_per_combination(const Cells& cells, FactorSet set) {
  return static_cast<double>(cells.of.size()) / static_cast<double>(cells.combinations(set));
}

/// From the highest interaction down: a mean square contains its own component and those of all
/// that contain it.
std::vector<VarianceComponent> components_with(const Strata& strata, FactorSet random) {
  const bool replicated = strata.within.df > 0;
  const std::vector<FactorSet> sets = strata.cells.effects();
  std::vector<double> variance(strata.of.size());
  for (auto set = sets.rbegin(); set != sets.rend(); ++set) {
    if ((*set & random) == 0) continue;
    double rest = strata.of[*set].mean() - (replicated ? strata.within.mean() : 0);
    for (const FactorSet outer : sets)
      if (outer != *set && (outer & *set) == *set)
        rest -= values_per_combination(strata.cells, outer) * variance[outer];
    variance[*set] = rest / values_per_combination(strata.cells, *set);
  }
  std::vector<VarianceComponent> components;
  for (const FactorSet set : sets)
    if ((set & random) != 0) components.push_back({set, variance[set]});
  components.push_back({});
  if (replicated) components.back().variance = strata.within.mean();
  return components;
}

/// One factor, a random one.
bool is_intercept(FactorSet set, FactorSet random) {
  return (set & random) != 0 && std::has_single_bit(set);
}

/// All but the fixed effects and the random factors themselves.
Stratum residual_of(const Strata& strata, FactorSet random) {
  Stratum residual = strata.within;
  for (const FactorSet set : strata.cells.effects()) {
    if ((set & random) == 0 || is_intercept(set, random)) continue;
    residual.squares += strata.of[set].squares;
    residual.df += strata.of[set].df;
  }
  return residual;
}

}  // namespace

MixedModel mixed_random_slopes(const FactorialDesign& design, std::size_t random) {
  MixedModel model;
  const Strata strata = strata_of(design);
  model.outcome = strata.cells.outcome;
  if (model.outcome != Outcome::kOk) return model;
  assert(random < strata.cells.factors);
  model.outcome = Outcome::kTooFew;
  if (strata.cells.factors < 2) return model;
  const FactorSet bit = FactorSet{1} << random;
  for (const FactorSet set : strata.cells.effects()) {
    if ((set & bit) != 0) continue;
    const Stratum& interaction = strata.of[set | bit];
    model.effects.push_back({.factors = set,
                             .sum_of_squares = strata.of[set].squares,
                             .test = f_test(strata.of[set], interaction, strata.rounding),
                             .with_random = f_test(interaction, strata.within, strata.rounding)});
  }
  model.components = components_with(strata, bit);
  model.outcome = Outcome::kOk;
  return model;
}

MixedModel mixed_random_intercepts(const FactorialDesign& design, FactorSet random) {
  MixedModel model;
  const Strata strata = strata_of(design);
  model.outcome = strata.cells.outcome;
  if (model.outcome != Outcome::kOk) return model;
  const FactorSet all = (FactorSet{1} << strata.cells.factors) - 1;
  assert((random & ~all) == 0);
  model.outcome = Outcome::kTooFew;
  if (random == 0 || random == all) return model;
  const Stratum residual = residual_of(strata, random);
  for (const FactorSet set : strata.cells.effects()) {
    if ((set & random) == 0) {
      model.effects.push_back({.factors = set,
                               .sum_of_squares = strata.of[set].squares,
                               .test = f_test(strata.of[set], residual, strata.rounding),
                               .with_random = {}});
    } else if (is_intercept(set, random)) {
      const double difference = strata.of[set].mean() - residual.mean();
      model.components.push_back({set, difference / values_per_combination(strata.cells, set)});
    }
  }
  model.components.push_back({0, residual.mean()});
  model.outcome = Outcome::kOk;
  return model;
}

}  // namespace joulemark::stats
