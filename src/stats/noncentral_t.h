// SPDX-License-Identifier: Apache-2.0
// The noncentral t distribution, for intervals of standardised differences.
#pragma once

namespace joulemark::stats {

/// P(T > t) of T = (Z + delta) / s, Z standard normal, df·s² of χ² with `df` ≥ 0.1 degrees of
/// freedom (Johnson & Welch 1940, Biometrika 31:362). |t|, |delta| ≤ 10⁶. Absolute
/// error below 1e-11.
double noncentral_t_sf(double t, double df, double delta);

/// The delta at which P(T > t) = p, p in (0, 1).
double noncentrality(double t, double df, double p);

}  // namespace joulemark::stats
