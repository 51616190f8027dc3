// SPDX-License-Identifier: Apache-2.0
// Aligned rank transform: an analysis of variance, with interactions, that assumes no distribution.
#pragma once

#include <cstddef>
#include <limits>
#include <vector>

#include "stats/factorial.h"
#include "stats/test_result.h"

namespace joulemark::stats {

/// F, its degrees of freedom and p of one effect, from the ranks that were aligned for it.
struct ArtEffect {
  FactorSet factors = 0;
  TestResult test;
  double partial_eta_squared = std::numeric_limits<double>::quiet_NaN();
};

struct Art {
  std::vector<ArtEffect> effects;  ///< in the order of FactorialAnova::effects
  Outcome outcome = Outcome::kTooFew;
};

/// For each effect, values are replaced by their residual within the cell and that effect's
/// estimate alone, ranked (equal ones get their mean rank), and analysed by the full factorial; of
/// which only that effect counts (Wobbrock et al. 2011, CHI, p. 143). Aligned values are rounded to
/// eight decimals before ranking, as the authors' ARTool does, so that ties are not broken by the
/// last bits; to more where all values are below 1, and to fewer above 10⁶. Outcomes as of
/// factorial_anova; an effect whose ranks have no variance within cells is kConstant.
Art aligned_rank_transform(const FactorialDesign& design);

/// Two combinations of levels, numbered as if counting with the last factor of the set fastest.
struct ArtContrast {
  std::size_t first = 0;
  std::size_t second = 0;
  double difference = std::numeric_limits<double>::quiet_NaN();  ///< of mean ranks, first − second
  TestResult test;                                               ///< t, df1; p not adjusted
};

struct ArtContrasts {
  std::vector<ArtContrast> pairs;  ///< (0, 1), (0, 2) … (1, 2) …
  Outcome outcome = Outcome::kTooFew;
};

/// All pairs of combinations of the levels of the factors in `set` (not empty, of the design's).
/// Ranks are aligned for the set as if it were one factor with those combinations for levels
/// (ART-C; Elkin et al. 2021, UIST, p. 754).
ArtContrasts art_contrasts(const FactorialDesign& design, FactorSet set);

}  // namespace joulemark::stats
