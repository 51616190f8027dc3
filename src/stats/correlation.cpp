// SPDX-License-Identifier: Apache-2.0
// r as a product of unit vectors u and v: 1 − r² = |u − v|²·|u + v|²/4 keeps its digits near ±1,
// where small p-values come from.
#include "stats/correlation.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "stats/descriptive.h"
#include "stats/distribution.h"
#include "stats/rank_distribution.h"
#include "stats/ranks.h"

namespace joulemark::stats {
namespace {

/// kOk, or why there is no coefficient.
Outcome obstacle(std::span<const double> a, std::span<const double> b, std::size_t min_pairs) {
  if (!all_finite(a) || !all_finite(b)) return Outcome::kNotFinite;
  if (a.size() != b.size()) return Outcome::kUnbalanced;
  if (a.size() < min_pairs) return Outcome::kTooFew;
  const auto constant = [](std::span<const double> values) {
    const auto [least, most] = std::minmax_element(values.begin(), values.end());
    return *least == *most;
  };
  return constant(a) || constant(b) ? Outcome::kConstant : Outcome::kOk;
}

/// The deviations from the mean, divided by their length. The largest is taken out first, so that
/// no square overflows.
std::vector<double> unit_deviations(std::span<const double> values) {
  std::vector<double> result(values.begin(), values.end());
  const double centre = mean(values);
  double largest = 0;
  for (double& value : result) largest = std::max(largest, std::abs(value -= centre));
  for (double& value : result) value /= largest;
  double squares = 0;
  for (const double value : result) squares += value * value;
  for (double& value : result) value /= std::sqrt(squares);
  return result;
}

struct Product {
  double r;
  double rest;  // 1 − r²
};

Product product_of(std::span<const double> a, std::span<const double> b) {
  const std::vector<double> u = unit_deviations(a);
  const std::vector<double> v = unit_deviations(b);
  double r = 0;
  double apart = 0;
  double together = 0;
  for (std::size_t i = 0; i < u.size(); ++i) {
    r += u[i] * v[i];
    apart += (u[i] - v[i]) * (u[i] - v[i]);
    together += (u[i] + v[i]) * (u[i] + v[i]);
  }
  const double rest = apart * together / 4;
  constexpr double kRounding = 1e-28;  // of values that lie on a line
  if (rest < kRounding) return {.r = std::copysign(1.0, r), .rest = 0};
  return {.r = std::clamp(r, -1.0, 1.0), .rest = rest};
}

/// Of at least three pairs.
TestResult t_test(const Product& product, std::size_t n) {
  TestResult result;
  result.outcome = Outcome::kOk;
  result.df1 = static_cast<double>(n) - 2;
  result.statistic = product.r * std::sqrt(result.df1 / product.rest);
  result.p = product.rest > 0 ? 2 * t_sf(result.df1, std::abs(result.statistic)) : 0;
  return result;
}

TestResult exact_spearman(const Ranks& a, const Ranks& b) {
  TestResult result;
  const std::size_t n = a.ranks.size();
  result.outcome = n > RankDistribution::kMaxSpearman ? Outcome::kTooMany : Outcome::kOk;
  if (a.ties > 0 || b.ties > 0) result.outcome = Outcome::kTies;
  if (result.outcome != Outcome::kOk) return result;
  double squares = 0;
  for (std::size_t i = 0; i < n; ++i)
    squares += (a.ranks[i] - b.ranks[i]) * (a.ranks[i] - b.ranks[i]);
  result.statistic = squares;
  result.p = RankDistribution::spearman(n).two_sided(static_cast<std::size_t>(squares));
  return result;
}

struct Pair {
  double a;
  double b;
};

/// Sums over the runs of t equal values.
struct Ties {
  double pairs = 0;    // t(t − 1)/2
  double triples = 0;  // t(t − 1)(t − 2)
  double spread = 0;   // t(t − 1)(2t + 5)
};

template <class Same>
Ties count_ties(std::span<const Pair> sorted, const Same& same) {
  Ties ties;
  for (std::size_t first = 0; first < sorted.size();) {
    std::size_t last = first + 1;
    while (last < sorted.size() && same(sorted[first], sorted[last])) ++last;
    const auto t = static_cast<double>(last - first);
    ties.pairs += t * (t - 1) / 2;
    ties.triples += t * (t - 1) * (t - 2);
    ties.spread += t * (t - 1) * (2 * t + 5);
    first = last;
  }
  return ties;
}

/// Sorts by b, merging, and counts the pairs that this exchanges: those that are discordant.
double sort_by_b(std::span<Pair> pairs, std::span<Pair> scratch) {
  if (pairs.size() < 2) return 0;
  const std::size_t half = pairs.size() / 2;
  double exchanged = sort_by_b(pairs.subspan(0, half), scratch.subspan(0, half));
  exchanged += sort_by_b(pairs.subspan(half), scratch.subspan(half));
  std::size_t left = 0;
  std::size_t right = half;
  for (std::size_t i = 0; i < pairs.size(); ++i) {
    const bool take_right =
        left == half || (right < pairs.size() && pairs[right].b < pairs[left].b);
    if (take_right) exchanged += static_cast<double>(half - left);
    scratch[i] = take_right ? pairs[right++] : pairs[left++];
  }
  std::copy(scratch.begin(), scratch.end(), pairs.begin());
  return exchanged;
}

struct Concordance {
  double pairs = 0;
  double discordant = 0;
  Ties a;
  Ties b;
  double both = 0;  // pairs that are equal in a and in b
  [[nodiscard]] bool tied() const { return a.pairs > 0 || b.pairs > 0; }
  [[nodiscard]] double excess() const {  // of concordant over discordant pairs
    return pairs - a.pairs - b.pairs + both - 2 * discordant;
  }
};

Concordance concordance(std::span<const double> a, std::span<const double> b) {
  std::vector<Pair> pairs(a.size());
  for (std::size_t i = 0; i < a.size(); ++i) pairs[i] = {a[i], b[i]};
  std::sort(pairs.begin(), pairs.end(),
            [](const Pair& x, const Pair& y) { return x.a < y.a || (x.a == y.a && x.b < y.b); });
  Concordance result;
  const auto n = static_cast<double>(a.size());
  result.pairs = n * (n - 1) / 2;
  result.a = count_ties(pairs, [](const Pair& x, const Pair& y) { return x.a == y.a; });
  result.both = count_ties(pairs, [](const Pair& x, const Pair& y) {
                  return x.a == y.a && x.b == y.b;
                }).pairs;
  std::vector<Pair> scratch(pairs.size());
  result.discordant = sort_by_b(pairs, scratch);
  result.b = count_ties(pairs, [](const Pair& x, const Pair& y) { return x.b == y.b; });
  return result;
}

/// Two-sided p of `fewer` discordant or concordant pairs without ties; NaN where it is not counted.
double exact_kendall(double fewer, std::size_t n) {
  if (n <= RankDistribution::kMaxKendall)
    return RankDistribution::kendall(n).two_sided(static_cast<std::size_t>(fewer));
  const auto count = static_cast<double>(n);
  if (fewer == 0) return 2 * std::exp(-std::lgamma(count + 1));
  if (fewer == 1) return 2 * std::exp(-std::lgamma(count));  // n of the n! orders have at most one
  return std::numeric_limits<double>::quiet_NaN();
}

double normal_kendall(const Concordance& found, std::size_t n) {
  const auto count = static_cast<double>(n);
  const double ordered = count * (count - 1);
  double variance = (ordered * (2 * count + 5) - found.a.spread - found.b.spread) / 18 +
                    2 * found.a.pairs * found.b.pairs / ordered;
  if (n > 2) variance += found.a.triples * found.b.triples / (9 * ordered * (count - 2));
  return 2 * normal_sf(std::abs(found.excess()) / std::sqrt(variance));
}

}  // namespace

Correlation pearson(std::span<const double> a, std::span<const double> b) {
  Correlation result;
  result.test.outcome = obstacle(a, b, 3);
  if (result.test.outcome != Outcome::kOk) return result;
  const Product product = product_of(a, b);
  if (std::isnan(product.rest)) result.test.outcome = Outcome::kNotFinite;
  if (result.test.outcome != Outcome::kOk) return result;
  result.coefficient = product.r;
  result.test = t_test(product, a.size());
  return result;
}

Interval pearson_interval(std::span<const double> a, std::span<const double> b, double level) {
  const Correlation found = pearson(a, b);
  Interval interval;
  interval.outcome = found.test.outcome;
  interval.estimate = found.coefficient;
  if (interval.outcome != Outcome::kOk) return interval;
  if (a.size() < 4) interval.outcome = Outcome::kTooFew;
  if (a.size() < 4) return interval;
  // atanh r = asinh(r/√(1 − r²)), and t has that quotient with all its digits.
  const double centre = std::asinh(found.test.statistic / std::sqrt(found.test.df1));
  const double half =
      normal_quantile((1 + level) / 2) / std::sqrt(static_cast<double>(a.size()) - 3);
  interval.lo = std::tanh(centre - half);
  interval.hi = std::tanh(centre + half);
  return interval;
}

Correlation spearman(std::span<const double> a, std::span<const double> b, SpearmanTest test) {
  Correlation result;
  result.test.outcome = obstacle(a, b, 3);
  if (result.test.outcome != Outcome::kOk) return result;
  const Ranks ranks_a = midranks(a);
  const Ranks ranks_b = midranks(b);
  const Product product = product_of(ranks_a.ranks, ranks_b.ranks);
  result.coefficient = product.r;
  result.test =
      test == SpearmanTest::kExact ? exact_spearman(ranks_a, ranks_b) : t_test(product, a.size());
  return result;
}

Correlation kendall(std::span<const double> a, std::span<const double> b) {
  Correlation result;
  result.test.outcome = obstacle(a, b, 2);
  if (result.test.outcome != Outcome::kOk) return result;
  const Concordance found = concordance(a, b);
  const double excess = found.excess();
  const double tau =
      excess / std::sqrt(found.pairs - found.a.pairs) / std::sqrt(found.pairs - found.b.pairs);
  result.coefficient = std::clamp(tau, -1.0, 1.0);
  result.test.statistic = excess;
  const double fewer = std::min(found.discordant, found.pairs - found.discordant);
  const double exact =
      found.tied() ? std::numeric_limits<double>::quiet_NaN() : exact_kendall(fewer, a.size());
  result.test.p = std::isnan(exact) ? normal_kendall(found, a.size()) : exact;
  return result;
}

}  // namespace joulemark::stats
