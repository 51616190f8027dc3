// SPDX-License-Identifier: Apache-2.0
// The distribution functions the methods need, so that Boost.Math stays in one source file.
#pragma once

#include <cstddef>

namespace joulemark::stats {

/// Φ(z) of the standard normal.
double normal_cdf(double z);
/// 1 − Φ(z), accurate where it is small.
double normal_sf(double z);
/// Φ⁻¹(p); −∞ and ∞ at 0 and 1.
double normal_quantile(double p);

/// P(T > t) of Student's t with `df` > 0 degrees of freedom, accurate where it is small.
double t_sf(double df, double t);
/// Its quantile `p` in (0, 1).
double t_quantile(double df, double p);

/// P(F > f) of Fisher's F with `df1`, `df2` > 0 degrees of freedom, f ≥ 0.
double f_sf(double df1, double df2, double f);

/// P(X > x) of χ² with `df` > 0 degrees of freedom, x ≥ 0.
double chi_squared_sf(double df, double x);
/// Its quantile `p` in (0, 1).
double chi_squared_quantile(double df, double p);

/// Density at `x` > 0 of the gamma distribution with this shape > 0 and scale 1, accurate for
/// shapes so large that the gamma function overflows.
double gamma_density(double shape, double x);

/// Γ(x) / Γ(x + ½), x > 0.
double gamma_half_ratio(double x);

/// P(X ≥ k) of a binomial X of n draws with probability p in [0, 1]; 1 for k = 0.
double binomial_at_least(std::size_t n, double p, std::size_t k);

}  // namespace joulemark::stats
