// SPDX-License-Identifier: Apache-2.0
// Analysis of variance of balanced full-factorial designs.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <vector>

#include "stats/test_result.h"

namespace joulemark::stats {

/// A set of factors as bits: bit f is the design's factor f.
using FactorSet = std::uint32_t;

/// Observations and what each was made of: `levels[f][i]` is the level, from 0, of factor f at
/// `values[i]`. One to four factors, in any order of observations.
struct FactorialDesign {
  std::span<const double> values;
  std::span<const std::vector<std::size_t>> levels;
};

/// A main effect or an interaction. `test.statistic` is F; df1 its own, df2 the error's.
struct FactorialEffect {
  FactorSet factors = 0;
  double sum_of_squares = std::numeric_limits<double>::quiet_NaN();
  TestResult test;
  double partial_eta_squared = std::numeric_limits<double>::quiet_NaN();
  double omega_squared = std::numeric_limits<double>::quiet_NaN();
  double partial_omega_squared = std::numeric_limits<double>::quiet_NaN();
};

struct FactorialAnova {
  std::vector<FactorialEffect> effects;  ///< by number of factors, then by the bits
  double error_sum_of_squares = std::numeric_limits<double>::quiet_NaN();
  double error_df = std::numeric_limits<double>::quiet_NaN();
  double total_sum_of_squares = std::numeric_limits<double>::quiet_NaN();
  Outcome outcome = Outcome::kTooFew;
};

/// Fixed-effects analysis of variance with all interactions (Fisher 1935; Montgomery 2017, chapter
/// 5), every effect against the variance within cells, where F = MS_effect/MS_error; effect sizes
/// after Olejnik & Algina 2003, Psychol. Methods 8:434, negative ω² as they come. Cells with
/// unequal counts, an empty one, or lists of levels of another length than the values: kUnbalanced.
/// No factor, one with a single level, or one value in a cell: kTooFew; more than four factors:
/// kTooMany. No variance within cells: kConstant. NaN or infinity: kNotFinite. Unless kOk there are
/// no effects.
FactorialAnova factorial_anova(const FactorialDesign& design);

}  // namespace joulemark::stats
