// SPDX-License-Identifier: Apache-2.0
// Fixed effects tested where models or blocks are a random sample: balanced designs, exact F tests.
#pragma once

#include <limits>
#include <vector>

#include "stats/factorial.h"
#include "stats/test_result.h"

namespace joulemark::stats {

/// A fixed effect: a factor, or an interaction of fixed factors.
struct MixedEffect {
  FactorSet factors = 0;
  double sum_of_squares = std::numeric_limits<double>::quiet_NaN();
  TestResult test;         ///< F against what the model says it varies by
  TestResult with_random;  ///< whether it differs among the random factor's levels; see below
};

/// Analysis-of-variance estimate of a variance; a negative one is reported as it comes, and says
/// that the true one is near 0.
struct VarianceComponent {
  FactorSet factors = 0;  ///< 0: the residual
  double variance = std::numeric_limits<double>::quiet_NaN();
};

struct MixedModel {
  std::vector<MixedEffect> effects;           ///< in the order of FactorialAnova::effects
  std::vector<VarianceComponent> components;  ///< random effects in that order, the residual last
  Outcome outcome = Outcome::kTooFew;
};

/// y ~ fixed · fixed … with every fixed effect varying among the levels of the one `random` factor
/// (bit index into design.levels): R's aov(y ~ A * B + Error(M / (A * B))). F = MS_effect /
/// MS_(effect × random) from the expected mean squares (Montgomery 2017, chapter 13), exact
/// whatever the number of levels; `with_random` tests effect × random against the variance within
/// cells, and is kTooFew with one value in a cell. Components are of the unrestricted model, as
/// those of lme4's (1|M) + (1|M:A) …: of the random factor, of each interaction with it, of the
/// residual (with one value in a cell, the residual is NaN and the last interaction contains it).
/// Degenerate designs as of factorial_anova, one value in a cell excepted; no fixed factor:
/// kTooFew. An effect whose interaction with the random factor has no variance is kConstant.
MixedModel mixed_random_slopes(const FactorialDesign& design, std::size_t random);

/// y ~ fixed · fixed … + (1|random) + (1|random) …: every factor in `random` shifts all values of
/// its level alike, models and blocks for example. Fixed effects are tested against the residual,
/// which is all else, as lmerTest does where no component is estimated as 0; there is no
/// `with_random`. Outcomes as above; `random` empty or all factors: kTooFew. No residual variance:
/// all effects are kConstant.
MixedModel mixed_random_intercepts(const FactorialDesign& design, FactorSet random);

}  // namespace joulemark::stats
