// SPDX-License-Identifier: Apache-2.0
// Differences of two means in units of their standard deviation.
#pragma once

#include <limits>
#include <span>

#include "stats/interval.h"
#include "stats/outcome.h"

namespace joulemark::stats {

/// mean(a) − mean(b) over the pooled standard deviation. Fewer than two values in a sample:
/// kTooFew; no variance in both: kConstant.
struct EffectSize {
  double cohen_d = std::numeric_limits<double>::quiet_NaN();
  double hedges_g = std::numeric_limits<double>::quiet_NaN();  ///< unbiased: d · hedges_correction
  Outcome outcome = Outcome::kTooFew;
};

/// Cohen's d (1988, Statistical Power Analysis) and Hedges' g (1981, J. Educ. Stat. 6:107).
EffectSize effect_size(std::span<const double> a, std::span<const double> b);

/// Γ(df/2) / (√(df/2) Γ((df − 1)/2)), which makes d unbiased; 0 for df = 1, where d has no mean.
double hedges_correction(double df);

/// Interval of the d of the population: those noncentral t distributions from which the observed d
/// is not extreme (Steiger & Fouladi 1997, in What If There Were No Significance Tests?). Some
/// hundred times the work of effect_size(). That of g is the same times hedges_correction. Outcomes
/// as above but kSeparated for no variance, and beyond |t| = 10,000 with the estimate alone.
Interval cohen_d_interval(std::span<const double> a, std::span<const double> b,
                          double level = 0.95);

}  // namespace joulemark::stats
