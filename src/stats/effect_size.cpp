// SPDX-License-Identifier: Apache-2.0
// Standardised differences; the interval from the noncentral t.
#include "stats/effect_size.h"

#include <algorithm>
#include <cmath>

#include "stats/distribution.h"
#include "stats/moments.h"
#include "stats/noncentral_t.h"

namespace joulemark::stats {
namespace {

EffectSize effect_of(const Moments& a, const Moments& b) {
  EffectSize effect;
  effect.outcome = std::max(a.outcome, b.outcome);  // kNotFinite stands above kTooFew
  if (effect.outcome != Outcome::kOk) return effect;
  const double df = a.n + b.n - 2;
  const double variance = ((a.n - 1) * a.variance + (b.n - 1) * b.variance) / df;
  const double d = (a.mean - b.mean) / std::sqrt(variance);
  if (variance == 0 || !std::isfinite(d)) {
    effect.outcome = variance == 0 ? Outcome::kConstant : Outcome::kNotFinite;
    return effect;
  }
  effect.cohen_d = d;
  effect.hedges_g = d * hedges_correction(df);
  return effect;
}

}  // namespace

EffectSize effect_size(std::span<const double> a, std::span<const double> b) {
  return effect_of(moments(a), moments(b));
}

double hedges_correction(double df) {
  if (df <= 1) return 0;
  return 1 / (std::sqrt(df / 2) * gamma_half_ratio((df - 1) / 2));
}

Interval cohen_d_interval(std::span<const double> a, std::span<const double> b, double level) {
  constexpr double kFarthest = 1e4;
  const Moments of_a = moments(a);
  const Moments of_b = moments(b);
  const EffectSize effect = effect_of(of_a, of_b);
  Interval interval;
  interval.estimate = effect.cohen_d;
  interval.outcome = effect.outcome;
  if (effect.outcome != Outcome::kOk) {
    // An interval that is kConstant is a point, and here is none.
    if (effect.outcome == Outcome::kConstant) interval.outcome = Outcome::kSeparated;
    return interval;
  }
  const double per_d = std::sqrt(of_a.n * of_b.n / (of_a.n + of_b.n));
  const double t = effect.cohen_d * per_d;
  interval.outcome = std::abs(t) > kFarthest ? Outcome::kSeparated : Outcome::kOk;
  if (interval.outcome != Outcome::kOk) return interval;
  const double df = of_a.n + of_b.n - 2;
  interval.lo = noncentrality(t, df, (1 - level) / 2) / per_d;
  interval.hi = noncentrality(t, df, (1 + level) / 2) / per_d;
  return interval;
}

}  // namespace joulemark::stats
