// SPDX-License-Identifier: Apache-2.0
// The distribution functions the methods need, so that Boost.Math stays in one source file.
#pragma once

namespace joulemark::stats {

/// Φ(z) of the standard normal.
double normal_cdf(double z);
/// Φ⁻¹(p); −∞ and ∞ at 0 and 1.
double normal_quantile(double p);
/// Quantile `p` in (0, 1) of Student's t with `df` > 0 degrees of freedom.
double t_quantile(double df, double p);

}  // namespace joulemark::stats
