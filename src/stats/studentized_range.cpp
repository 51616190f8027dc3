// SPDX-License-Identifier: Apache-2.0
// Two trapezoidal sums, of ln s outside and z inside. The points of ln s are chosen so that ln(q·s)
// falls on one lattice for every q: what was computed of R serves all of them.
#include "stats/studentized_range.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>

#include "stats/chi_average.h"
#include "stats/distribution.h"
#include "stats/root.h"

namespace joulemark::stats {
namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr double kLeastDf = 0.1;
constexpr double kFirstZ = -9;  // φ and Φ below it are beyond the last digit
constexpr double kLastZ = 36;
constexpr double kImpossible = 53;  // P(range > 53) < 1e-300 for all k

double phi_cdf(double z) {
  return 0.5 * std::erfc(-z / std::numbers::sqrt2);
}

/// Points per unit of ln w, as a power of √2: so many that the error is below 1e-12, by experiment;
/// few such powers, so that calls with other degrees of freedom find what earlier ones computed.
int fineness(double df, int k) {
  const double transition = std::max(7.0, 3.5 * std::log(k));
  const double wanted = std::sqrt(transition * transition + 4 * df);
  return static_cast<int>(std::ceil(2 * std::log2(wanted)));
}

/// One that falls where a root is sought, linear in ln q near 0 and concave in the tail: the
/// logarithm of the smaller probability.
double log_excess(StudentizedRange& range, double log_q, double p, double df) {
  const double q = std::exp(log_q);
  if (p < 0.5) return std::log(p) - std::log(range.cdf(q, df));
  return std::log(range.sf(q, df)) - std::log1p(-p);
}

}  // namespace

StudentizedRange::StudentizedRange(int k) : k_(k) {
  if (k > 2 && k <= kMaxK) tabulate();
}

void StudentizedRange::tabulate() {
  // Φ^(k−1) rises over a stretch of z that shrinks as 1/√(ln k).
  step_ = 1 / std::max(3.5, 1.5 * std::log(k_));
  const double n = k_ - 1;
  // P(range ≤ w) ≤ k (w·φ(0))^(k−1)
  certain_ = std::sqrt(2 * std::numbers::pi) * std::pow(1e-18 / k_, 1 / n);
  const double scale = k_ * step_ / std::sqrt(2 * std::numbers::pi);
  for (int i = 0; kFirstZ + i * step_ < kLastZ; ++i) {
    const double z = kFirstZ + i * step_;
    const double log_power = n * std::log1p(-phi_cdf(-z));
    nodes_.push_back({scale * std::exp(log_power - z * z / 2), 1 / phi_cdf(z)});
  }
}

double StudentizedRange::range_sf(double w) const {
  if (w <= certain_) return 1;
  if (w >= kImpossible) return 0;
  const double n = k_ - 1;
  const auto count = static_cast<std::int64_t>(nodes_.size());
  const auto term = [&](std::int64_t i) {
    if (i < 0 || i >= count) return 0.0;
    const Node& node = nodes_[static_cast<std::size_t>(i)];
    const double z = kFirstZ + static_cast<double>(i) * step_;
    const double share = std::min(phi_cdf(z - w) * node.inverse, 1.0);
    return -node.weight * std::expm1(n * std::log1p(-share));
  };
  // The peak: where the largest of k values lies, or in the tail half-way between both ends.
  const double peak = std::max(w / 2, 0.8 * std::sqrt(2 * std::log(k_)));
  return std::min(1.0, sum_over_peak(static_cast<std::int64_t>((peak - kFirstZ) / step_), term));
}

double StudentizedRange::remembered_range_sf(std::int64_t key, double log_w) {
  const double w = std::exp(log_w);
  if (w <= certain_) return 1;
  if (w >= kImpossible) return 0;
  const auto [at, is_new] = known_.try_emplace(key, 0.0);
  if (is_new) at->second = range_sf(w);
  return at->second;
}

double StudentizedRange::sf(double q, double df) {
  constexpr double kAsGoodAsInfinite = 1e16;
  if (k_ < 2 || k_ > kMaxK || !(df >= kLeastDf) || std::isnan(q)) return kNaN;
  if (q <= 0) return 1;
  if (std::isinf(q)) return 0;
  if (k_ == 2) return 2 * t_sf(df, q / std::numbers::sqrt2);
  if (df > kAsGoodAsInfinite) return range_sf(q);
  const int level = fineness(df, k_);
  ChiLattice lattice;
  lattice.df = df;
  lattice.step = std::exp2(-level / 2.0);
  lattice.shift = std::log(q);
  // The peak for R(w) = exp(−w²/4), which R resembles in the tail.
  lattice.start = -std::log(std::hypot(1.0, q / std::sqrt(2 * df)));
  constexpr std::int64_t kLevels = 128;
  const double mean = average_over_chi(lattice, [&](std::int64_t i, double) {
    return remembered_range_sf(i * kLevels + level, static_cast<double>(i) * lattice.step);
  });
  return std::min(1.0, mean);
}

double StudentizedRange::cdf(double q, double df) {
  return 1 - sf(q, df);
}

double StudentizedRange::quantile(double p, double df) {
  if (k_ < 2 || k_ > kMaxK || !(df >= kLeastDf) || !(p >= 0 && p <= 1)) return kNaN;
  if (p == 0) return 0;
  if (p == 1) return kInfinity;
  // One pair of values exceeds q at least as often, all k(k − 1)/2 together at most so often.
  const double pairs = k_ * (k_ - 1.0) / 2;
  const double of_one = -std::numbers::sqrt2 * t_quantile(df, (1 - p) / 2);
  if (k_ == 2) return of_one;
  const double of_all = -std::numbers::sqrt2 * t_quantile(df, (1 - p) / 2 / pairs);
  const double log_q = root_between(std::log(std::max(of_one, 1e-12)), std::log(of_all), 1e-14,
                                    [&](double at) { return log_excess(*this, at, p, df); });
  return std::exp(log_q);
}

double studentized_range_sf(double q, int k, double df) {
  return StudentizedRange(k).sf(q, df);
}

double studentized_range_cdf(double q, int k, double df) {
  return StudentizedRange(k).cdf(q, df);
}

double studentized_range_quantile(double p, int k, double df) {
  return StudentizedRange(k).quantile(p, df);
}

}  // namespace joulemark::stats
