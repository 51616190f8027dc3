// SPDX-License-Identifier: Apache-2.0
// How often a value of one sample exceeds a value of another: an effect size without units.
#pragma once

#include <limits>
#include <span>

#include "stats/interval.h"

namespace joulemark::stats {

/// In words, by convention.
enum class Magnitude { kNegligible, kSmall, kMedium, kLarge };

/// "negligible", "small", "medium", "large".
const char* to_string(Magnitude magnitude);

/// Of |δ|: small from 0.147, medium from 0.33, large from 0.474 (Romano et al. 2006, Florida Assoc.
/// Institutional Research).
Magnitude magnitude_of_delta(double delta);

/// Of A12 or 1 − A12: small from 0.56, medium from 0.64, large from 0.71 (Vargha & Delaney 2000, J.
/// Educ. Behav. Stat. 25:101).
Magnitude magnitude_of_a12(double a12);

struct CliffsDelta {
  /// δ = P(a > b) − P(a < b) of values drawn from the samples (Cliff 1993, Psychol. Bull. 114:494),
  /// with the asymmetric interval of Feng & Cliff 2004 (J. Mod. Appl. Stat. Methods 3:322) from the
  /// consistent variance of Cliff 1996 (Multivariate Behav. Res. 31:331). kConstant: all values
  /// equal, δ = 0. kTooFew: an empty sample, or, with the estimate, one value in a sample.
  Interval delta;
  /// P(a > b) + P(a = b)/2 = (δ + 1)/2.
  double a12 = std::numeric_limits<double>::quiet_NaN();
};

/// O((n + m) log(n + m)).
CliffsDelta cliffs_delta(std::span<const double> a, std::span<const double> b, double level = 0.95);

}  // namespace joulemark::stats
