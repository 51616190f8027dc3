// SPDX-License-Identifier: Apache-2.0
// Averages over a standard deviation that is estimated: the outer integral of the studentized range
// and of the noncentral t.
#pragma once

#include <cmath>
#include <cstdint>
#include <initializer_list>

#include "stats/distribution.h"

namespace joulemark::stats {

/// Σ of term(i) ≥ 0 over all i, whose terms rise to one peak and fall, from `start` outwards until
/// they no longer matter. The terms at the start must not be negligible.
template <class Term>
double sum_over_peak(std::int64_t start, Term term) {
  constexpr double kNegligible = 1e-18;
  double sum = 0;
  for (const std::int64_t direction : {1, -1}) {
    double before = 0;
    double value = 0;
    std::int64_t i = direction > 0 ? start : start - 1;
    do {
      before = value;
      value = term(i);
      sum += value;
      i += direction;
    } while (value > kNegligible * sum || value > before);
  }
  return sum;
}

/// Where the average is taken: at ln s = i·step − shift for integers i, beginning near `start`.
struct ChiLattice {
  double df = 1;  ///< finite; near 0 the average takes time in proportion to 1/df
  double step = 0.1;
  double shift = 0;
  double start = 0;  ///< a value of ln s where the integrand is not negligible
};

/// The mean of factor(i, ln s) ≥ 0 where df·s² has the χ² distribution with `df` degrees of
/// freedom, by the trapezoidal rule on ln s: its error falls exponentially with 1/step for an
/// analytic integrand that vanishes at both ends (Trefethen & Weideman 2014, SIAM Rev. 56:385).
/// factor times the density has one peak.
template <class Factor>
double average_over_chi(const ChiLattice& lattice, Factor factor) {
  // The density of ln s is its value at s = 1, where no two large numbers cancel, times the rest.
  const double at_one = lattice.df * gamma_density(lattice.df / 2, lattice.df / 2);
  const auto term = [&](std::int64_t i) {
    const double log_s = static_cast<double>(i) * lattice.step - lattice.shift;
    const double fall = lattice.df / 2 * (std::expm1(2 * log_s) - 2 * log_s);
    return std::exp(-fall) * factor(i, log_s);
  };
  const auto start = static_cast<std::int64_t>((lattice.start + lattice.shift) / lattice.step);
  return lattice.step * at_one * sum_over_peak(start, term);
}

}  // namespace joulemark::stats
