// SPDX-License-Identifier: Apache-2.0
// The root of a function between two points.
#pragma once

#include <cmath>

namespace joulemark::stats {

/// Where `f` changes its sign between `a` and `b`: regula falsi with the end that stays weighed
/// down (Anderson & Björck 1973, BIT 13:253), to an error of `enough`. f(a) and f(b) differ in sign
/// and may be infinite; where they do not differ, the end whose value is nearer to 0.
template <class Function>
double root_between(double a, double b, double enough, Function f) {
  constexpr int kMaxSteps = 200;
  double f_a = f(a);
  double f_b = f(b);
  if ((f_a > 0) == (f_b > 0)) return std::abs(f_a) < std::abs(f_b) ? a : b;
  for (int i = 0; i < kMaxSteps && f_b != 0; ++i) {
    const double chord = b - f_b * (b - a) / (f_b - f_a);
    const double c = std::isfinite(f_b - f_a) ? chord : (a + b) / 2;
    const double f_c = f(c);
    if (std::abs(c - b) < enough) return c;
    if ((f_c > 0) != (f_b > 0)) {
      a = b;
      f_a = f_b;
    } else {
      const double weight = 1 - f_c / f_b;
      f_a *= weight > 0 ? weight : 0.5;
    }
    b = c;
    f_b = f_c;
  }
  return b;
}

}  // namespace joulemark::stats
