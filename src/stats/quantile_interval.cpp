// SPDX-License-Identifier: Apache-2.0
// Ranks by bisection of the binomial tail, ends by selection.
#include "stats/quantile_interval.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <vector>

#include "stats/descriptive.h"
#include "stats/distribution.h"

namespace joulemark::stats {
namespace {

/// The smallest k with P(X ≥ k) ≤ tail; n + 1 where not even k = n has it.
std::size_t upper_rank(std::size_t n, double p, double tail) {
  std::size_t low = 0;  // P(X ≥ 0) = 1 > tail
  std::size_t high = n + 1;
  while (high - low > 1) {
    const std::size_t middle = low + (high - low) / 2;
    (binomial_at_least(n, p, middle) <= tail ? high : low) = middle;
  }
  return high;
}

double tail_of(const QuantileOptions& options) {
  return (1 - options.level) / (options.sides == Sides::kBoth ? 2 : 1);
}

/// Ranks of the ends for n values, 0 where none is wanted; false where one is wanted and beyond
/// the values. The lower one is the upper one of the mirrored sample.
bool find_ranks(std::size_t n, const QuantileOptions& options, QuantileInterval& result) {
  const double tail = tail_of(options);
  if (options.sides != Sides::kLowerOnly) {
    result.upper_rank = upper_rank(n, options.p, tail);
    if (result.upper_rank > n) return false;
  }
  if (options.sides != Sides::kUpperOnly) {
    const std::size_t mirrored = upper_rank(n, 1 - options.p, tail);
    if (mirrored > n) return false;
    result.lower_rank = n + 1 - mirrored;
  }
  return true;
}

double coverage_of(std::size_t n, double p, const QuantileInterval& result) {
  const double above = result.upper_rank == 0 ? 0 : binomial_at_least(n, p, result.upper_rank);
  const double below =
      result.lower_rank == 0 ? 0 : binomial_at_least(n, 1 - p, n + 1 - result.lower_rank);
  return 1 - above - below;
}

double select(std::vector<double>& values, std::size_t rank) {
  const auto place = values.begin() + static_cast<std::ptrdiff_t>(rank - 1);
  std::nth_element(values.begin(), place, values.end());
  return *place;
}

}  // namespace

QuantileInterval quantile_interval(std::span<const double> values, const QuantileOptions& options) {
  assert(options.p > 0 && options.p < 1 && options.level > 0 && options.level < 1);
  QuantileInterval result;
  Interval& interval = result.interval;
  interval.outcome = Outcome::kNotFinite;
  if (!all_finite(values)) return result;
  interval.outcome = Outcome::kTooFew;
  if (values.empty()) return result;
  std::vector<double> copy(values.begin(), values.end());
  const double probabilities[] = {options.p};
  interval.estimate = quantiles_in_place(std::span<double>(copy), probabilities).front();
  if (!find_ranks(values.size(), options, result)) {
    result.lower_rank = result.upper_rank = 0;
    return result;
  }
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  interval.lo = result.lower_rank == 0 ? -kInfinity : select(copy, result.lower_rank);
  interval.hi = result.upper_rank == 0 ? kInfinity : select(copy, result.upper_rank);
  result.coverage = coverage_of(values.size(), options.p, result);
  const auto [least, most] = std::minmax_element(values.begin(), values.end());
  interval.outcome = *least == *most ? Outcome::kConstant : Outcome::kOk;
  return result;
}

std::size_t values_for_quantile(const QuantileOptions& options) {
  assert(options.p > 0 && options.p < 1 && options.level > 0 && options.level < 1);
  const double log_tail = std::log(tail_of(options));
  // The outermost values miss the quantile with p^n above and (1 − p)^n below.
  const double above = options.sides == Sides::kLowerOnly ? 0 : log_tail / std::log(options.p);
  const double below = options.sides == Sides::kUpperOnly ? 0 : log_tail / std::log1p(-options.p);
  auto n = static_cast<std::size_t>(std::ceil(std::max({above, below, 1.0})));
  QuantileInterval ranks;
  while (n > 1 && find_ranks(n - 1, options, ranks)) --n;  // logarithms round
  while (!find_ranks(n, options, ranks)) ++n;
  return n;
}

}  // namespace joulemark::stats
