// SPDX-License-Identifier: Apache-2.0
// The average over s of a normal tail, or where that tail is as steep as a step, over Z of a χ
// tail.
#include "stats/noncentral_t.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "stats/chi_average.h"
#include "stats/distribution.h"
#include "stats/root.h"

namespace joulemark::stats {
namespace {

double density(double z) {
  return std::exp(-z * z / 2) / std::sqrt(2 * std::numbers::pi);
}

double over_z(double t, double df, double delta) {
  constexpr double kStep = 0.25;
  const double sum = sum_over_peak(0, [&](std::int64_t i) {
    const double z = static_cast<double>(i) * kStep;
    const double s = (z + delta) / t;
    return s <= 0 ? 0 : density(z) * (1 - chi_squared_sf(df, df * s * s));
  });
  return kStep * sum;
}

/// The s of the integrand's peak, for a normal tail that falls as its density: where
/// (t² + df) s² − t·delta·s − df = 0.
double peak(double t, double df, double delta) {
  if (delta >= t) return 1;
  const double square = t * t + df;
  const double root = std::sqrt(t * t * delta * delta + 4 * df * square);
  return delta > 0 ? (t * delta + root) / (2 * square) : 2 * df / (root - t * delta);
}

double over_s(double t, double df, double delta) {
  ChiLattice lattice;
  lattice.df = df;
  lattice.start = std::log(peak(t, df, delta));
  lattice.step = 1 / std::sqrt(64 + 4 * (df + std::max(t * t, delta * delta)));
  return average_over_chi(
      lattice, [&](std::int64_t, double log_s) { return normal_sf(t * std::exp(log_s) - delta); });
}

}  // namespace

double noncentral_t_sf(double t, double df, double delta) {
  if (t < 0) return 1 - noncentral_t_sf(-t, df, -delta);
  constexpr double kSurelyPositive = 10;
  const bool steep = t * t > 16 * df && delta > kSurelyPositive;
  return std::clamp(steep ? over_z(t, df, delta) : over_s(t, df, delta), 0.0, 1.0);
}

double noncentrality(double t, double df, double p) {
  const double aim = normal_quantile(p);
  const auto miss = [&](double delta) {
    return normal_quantile(noncentral_t_sf(t, df, delta)) - aim;
  };
  // P(T > t) is nearly Φ((delta − t) / spread).
  const double spread = std::sqrt(1 + t * t / (2 * df));
  const double guess = t + aim * spread;
  double reach = spread;
  while (miss(guess - reach) > 0) reach *= 2;
  double above = spread;
  while (miss(guess + above) < 0) above *= 2;
  return root_between(guess - reach, guess + above, 1e-10 * spread, miss);
}

}  // namespace joulemark::stats
