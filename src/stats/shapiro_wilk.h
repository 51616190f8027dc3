// SPDX-License-Identifier: Apache-2.0
// The test of normality of Shapiro & Wilk (1965, Biometrika 52:591).
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "stats/test_result.h"

namespace joulemark::stats {

/// Royston's approximation of the weights and of the distribution of W, algorithm AS R94 (1995,
/// Appl. Stat. 44:547), for 3 to 5,000 values. The weights depend on the number of values only, so
/// that one object serves all samples of a size.
class ShapiroWilk {
 public:
  static constexpr std::size_t kMinValues = 3;
  static constexpr std::size_t kMaxValues = 5000;

  /// For samples of `n` values; any n.
  explicit ShapiroWilk(std::size_t n);

  /// `statistic` is W. Below 3 values: kTooFew; above 5,000: kTooMany; all the same: kConstant;
  /// not as many as the object is for: kUnbalanced.
  [[nodiscard]] TestResult test(std::span<const double> values) const;

 private:
  std::size_t n_;
  std::vector<double> weights_;  // of the upper half, largest first; the lower half is its mirror
};

/// The same for one sample.
TestResult shapiro_wilk(std::span<const double> values);

}  // namespace joulemark::stats
