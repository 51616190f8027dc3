// SPDX-License-Identifier: Apache-2.0
// Sums of squares of the effects in the cells, and tests of them.
#include "stats/factorial.h"

#include "stats/distribution.h"
#include "stats/factorial_cells.h"

namespace joulemark::stats {
namespace {

FactorialEffect effect_of(const FactorialAnova& anova, const Cells& cells, FactorSet set,
                          double squares) {
  FactorialEffect effect;
  const double df = cells.df(set);
  const double n = anova.error_df + static_cast<double>(cells.count);
  const double error = anova.error_sum_of_squares / anova.error_df;
  effect.factors = set;
  effect.sum_of_squares = squares;
  effect.test = {.statistic = squares / df / error,
                 .df1 = df,
                 .df2 = anova.error_df,
                 .p = f_sf(df, anova.error_df, squares / df / error),
                 .outcome = Outcome::kOk};
  effect.partial_eta_squared = squares / (squares + anova.error_sum_of_squares);
  effect.omega_squared = (squares - df * error) / (anova.total_sum_of_squares + error);
  effect.partial_omega_squared = (squares - df * error) / (squares + (n - df) * error);
  return effect;
}

}  // namespace

FactorialAnova factorial_anova(const FactorialDesign& design) {
  FactorialAnova anova;
  const Cells cells = cells_of(design);
  anova.outcome = cells.outcome;
  if (cells.outcome != Outcome::kOk) return anova;
  anova.outcome = Outcome::kTooFew;
  if (cells.per_cell < 2) return anova;
  const CellEffects parts = effects_of(cells, design.values);
  double error = 0;
  for (const double residual : parts.residuals) error += residual * residual;
  anova.outcome = Outcome::kConstant;
  if (error <= parts.rounding) return anova;
  anova.error_sum_of_squares = error;
  anova.error_df = static_cast<double>(cells.count * (cells.per_cell - 1));
  anova.total_sum_of_squares = error;
  for (const FactorSet set : cells.effects())
    anova.total_sum_of_squares += sum_of_squares(cells, parts.effects[set]);
  for (const FactorSet set : cells.effects())
    anova.effects.push_back(
        effect_of(anova, cells, set, sum_of_squares(cells, parts.effects[set])));
  anova.outcome = Outcome::kOk;
  return anova;
}

}  // namespace joulemark::stats
