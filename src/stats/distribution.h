// SPDX-License-Identifier: Apache-2.0
// The distribution functions the methods need, so that Boost.Math stays in one source file.
#pragma once

#include <cstddef>

namespace joulemark::stats {

/// Φ(z) of the standard normal.
double normal_cdf(double z);
/// Φ⁻¹(p); −∞ and ∞ at 0 and 1.
double normal_quantile(double p);
/// Quantile `p` in (0, 1) of Student's t with `df` > 0 degrees of freedom.
double t_quantile(double df, double p);

/// P(X ≥ k) of a binomial X of n draws with probability p in [0, 1]; 1 for k = 0.
double binomial_at_least(std::size_t n, double p, std::size_t k);

}  // namespace joulemark::stats
