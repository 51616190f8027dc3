// SPDX-License-Identifier: Apache-2.0
// What the methods need of the gamma function, from Boost.Math as distribution.h.
#pragma once

namespace joulemark::stats {

/// Density at `x` > 0 of the gamma distribution with this shape > 0 and scale 1, accurate for
/// shapes so large that the gamma function overflows.
double gamma_density(double shape, double x);

/// Γ(x) / Γ(x + ½), x > 0.
double gamma_half_ratio(double x);

}  // namespace joulemark::stats
