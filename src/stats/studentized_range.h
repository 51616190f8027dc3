// SPDX-License-Identifier: Apache-2.0
// The distribution of the studentized range, which the methods of Tukey, Games & Howell and Nemenyi
// refer to.
#pragma once

#include <cstdint>
#include <unordered_map>
#include <vector>

namespace joulemark::stats {

/// Range of k standard normal values over an independent estimate, with `df` degrees of freedom, of
/// their standard deviation (Newman 1939, Biometrika 31:20; Hartley 1942, Biometrika 32:309). `df`
/// ≥ 0.1 need not be whole and may be infinite; k in [2, 10,000].
///
/// P(Q > q) = E[R(q·s)] with R(w) = k ∫ φ(z) [Φ(z)^(k−1) − (Φ(z) − Φ(z − w))^(k−1)] dz and s =
/// χ/√df, computed without cancellation: relative error below 1e-11 down to 1e-200; k = 2 is
/// Student's t. An argument out of its domain, or NaN, gives NaN.
///
/// An object keeps what it has computed of R, which makes the next calls some thirty times as fast
/// as the first; hence it is not for two threads at once.
class StudentizedRange {
 public:
  static constexpr int kMaxK = 10'000;

  explicit StudentizedRange(int k);

  [[nodiscard]] int k() const { return k_; }
  /// P(Q > q); 1 for q ≤ 0.
  double sf(double q, double df);
  /// P(Q ≤ q), absolutely as accurate as sf().
  double cdf(double q, double df);
  /// The q with cdf(q) = p; 0 and ∞ at 0 and 1.
  double quantile(double p, double df);

 private:
  struct Node {
    double weight;   // of the integral over z
    double inverse;  // 1 / Φ(z)
  };
  void tabulate();
  double range_sf(double w) const;
  double remembered_range_sf(std::int64_t key, double log_w);

  int k_;
  double step_ = 0;          // of z
  std::vector<Node> nodes_;  // from z = kFirstZ
  double certain_ = 0;       // below it, R is 1
  std::unordered_map<std::int64_t, double> known_;
};

/// The same for a single call.
double studentized_range_sf(double q, int k, double df);
double studentized_range_cdf(double q, int k, double df);
double studentized_range_quantile(double p, int k, double df);

}  // namespace joulemark::stats
