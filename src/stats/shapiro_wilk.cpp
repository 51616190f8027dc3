// SPDX-License-Identifier: Apache-2.0
// W as a correlation of the order statistics with the weights, and its transformation to normality.
#include "stats/shapiro_wilk.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "stats/descriptive.h"
#include "stats/distribution.h"
#include "stats/moments.h"

namespace joulemark::stats {
namespace {

/// Coefficients from the lowest power upwards.
double polynomial(std::span<const double> coefficients, double x) {
  double value = 0;
  for (std::size_t i = coefficients.size(); i > 0; --i) value = value * x + coefficients[i - 1];
  return value;
}

/// What the two extreme weights differ by from normal scores, in 1/√n.
constexpr double kExtreme[] = {0, 0.221157, -0.147981, -2.07119, 4.434685, -2.706056};
constexpr double kNextExtreme[] = {0, 0.042981, -0.293762, -1.752461, 5.682633, -3.582633};

/// P(W ≤ w) for three values, where it is known exactly.
double p_of_three(double w) {
  const double p = 6 / std::numbers::pi * (std::asin(std::sqrt(w)) - std::asin(std::sqrt(0.75)));
  return std::clamp(p, 0.0, 1.0);
}

double p_of(double rest, double n) {
  if (n == 3) return p_of_three(1 - rest);
  if (n <= 11) {
    constexpr double kMean[] = {0.544, -0.39978, 0.025054, -6.714e-4};
    constexpr double kLogSd[] = {1.3822, -0.77857, 0.062767, -0.0020322};
    const double gamma = -2.273 + 0.459 * n;
    const double log_rest = std::log(rest);
    if (log_rest >= gamma) return 0;
    const double transformed = -std::log(gamma - log_rest);
    return normal_sf((transformed - polynomial(kMean, n)) / std::exp(polynomial(kLogSd, n)));
  }
  constexpr double kMean[] = {-1.5861, -0.31082, -0.083751, 0.0038915};
  constexpr double kLogSd[] = {-0.4803, -0.082676, 0.0030302};
  const double log_n = std::log(n);
  return normal_sf((std::log(rest) - polynomial(kMean, log_n)) /
                   std::exp(polynomial(kLogSd, log_n)));
}

}  // namespace

ShapiroWilk::ShapiroWilk(std::size_t n) : n_(n) {
  if (n < kMinValues || n > kMaxValues) return;
  const auto count = static_cast<double>(n);
  double squares = 0;  // of all normal scores
  for (std::size_t i = 1; i <= n / 2; ++i) {
    weights_.push_back(-normal_quantile((static_cast<double>(i) - 0.375) / (count + 0.25)));
    squares += 2 * weights_.back() * weights_.back();
  }
  if (n == 3) {
    weights_[0] = std::numbers::sqrt2 / 2;
    return;
  }
  const std::size_t extremes = n > 5 ? 2 : 1;
  const double root = 1 / std::sqrt(count);
  const double first = polynomial(kExtreme, root) + weights_[0] / std::sqrt(squares);
  double left_of_scores = squares - 2 * weights_[0] * weights_[0];
  double left_of_weights = 1 - 2 * first * first;
  weights_[0] = first;
  if (extremes == 2) {
    const double second = polynomial(kNextExtreme, root) + weights_[1] / std::sqrt(squares);
    left_of_scores -= 2 * weights_[1] * weights_[1];
    left_of_weights -= 2 * second * second;
    weights_[1] = second;
  }
  const double scale = std::sqrt(left_of_weights / left_of_scores);
  for (std::size_t i = extremes; i < weights_.size(); ++i) weights_[i] *= scale;
}

TestResult ShapiroWilk::test(std::span<const double> values) const {
  TestResult result;
  if (!all_finite(values)) result.outcome = Outcome::kNotFinite;
  if (result.outcome == Outcome::kNotFinite || values.size() < kMinValues) return result;
  result.outcome = values.size() > kMaxValues ? Outcome::kTooMany : Outcome::kUnbalanced;
  if (values.size() != n_ || values.size() > kMaxValues) return result;
  std::vector<double> sorted(values.begin(), values.end());
  std::sort(sorted.begin(), sorted.end());
  const Moments all = moments(sorted);
  if (all.outcome != Outcome::kOk || all.variance == 0) {
    result.outcome = all.outcome == Outcome::kOk ? Outcome::kConstant : all.outcome;
    return result;
  }
  double weighted = 0;
  double of_weights = 0;
  for (std::size_t i = 0; i < weights_.size(); ++i) {
    weighted += weights_[i] * (sorted[n_ - 1 - i] - sorted[i]);
    of_weights += 2 * weights_[i] * weights_[i];
  }
  // 1 − W as a product, for W near 1.
  const double length = std::sqrt(of_weights * all.variance * (all.n - 1));
  const double rest = std::max((1 - weighted / length) * (1 + weighted / length), 0.0);
  result.statistic = 1 - rest;
  result.p = p_of(rest, all.n);
  result.outcome = Outcome::kOk;
  return if_finite(result);
}

TestResult shapiro_wilk(std::span<const double> values) {
  return ShapiroWilk(values.size()).test(values);
}

}  // namespace joulemark::stats
