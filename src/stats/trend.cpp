// SPDX-License-Identifier: Apache-2.0
// Kendall's S by counting inversions; slopes selected by rank, in passes where they are too many.
#include "stats/trend.h"

#include <algorithm>
#include <array>
#include <cassert>
#include <cmath>
#include <numeric>
#include <utility>
#include <vector>

#include "base/random.h"
#include "stats/descriptive.h"
#include "stats/distribution.h"

namespace joulemark::stats {
namespace {

constexpr std::size_t kMinValues = 3;
constexpr std::size_t kMaxPoints = 20'000;
constexpr std::size_t kMaxStored = 500'000;  ///< slopes
constexpr std::size_t kSampled = 100'000;    ///< slopes that bracket the wanted ones

/// Sorts `values` and counts the pairs that stood in descending order.
std::int64_t sort_and_count_inversions(std::vector<double>& values) {
  std::vector<double> merged(values.size());
  std::int64_t inversions = 0;
  for (std::size_t width = 1; width < values.size(); width *= 2) {
    for (std::size_t begin = 0; begin < values.size(); begin += 2 * width) {
      const std::size_t middle = std::min(begin + width, values.size());
      const std::size_t end = std::min(begin + 2 * width, values.size());
      std::size_t left = begin;
      std::size_t right = middle;
      for (std::size_t out = begin; out < end; ++out) {
        if (right == end || (left < middle && values[left] <= values[right])) {
          merged[out] = values[left++];
        } else {
          inversions += static_cast<std::int64_t>(middle - left);
          merged[out] = values[right++];
        }
      }
    }
    values.swap(merged);
  }
  return inversions;
}

/// Of groups of equal values: the pairs within them, and what they take off the variance of S.
struct Ties {
  double pairs = 0;
  double variance = 0;  ///< sum of t(t − 1)(2t + 5)
};

double variance_term(double t) {
  return t * (t - 1) * (2 * t + 5);
}

Ties ties_of(std::span<const double> sorted) {
  Ties ties;
  for (std::size_t begin = 0; begin < sorted.size();) {
    std::size_t end = begin;
    while (end < sorted.size() && sorted[end] == sorted[begin]) ++end;
    const auto t = static_cast<double>(end - begin);
    ties.pairs += t * (t - 1) / 2;
    ties.variance += variance_term(t);
    begin = end;
  }
  return ties;
}

using Point = std::pair<double, double>;  // x, y

double slope_of(const Point& a, const Point& b) {
  return (b.second - a.second) / (b.first - a.first);
}

template <class Visit>
void for_each_slope(const std::vector<Point>& sorted, const Visit& visit) {
  for (std::size_t i = 0; i < sorted.size(); ++i)
    for (std::size_t j = i + 1; j < sorted.size(); ++j)
      if (sorted[j].first > sorted[i].first) visit(slope_of(sorted[i], sorted[j]));
}

/// Around a wanted rank. Only what lies strictly inside is stored, so that ties need no memory.
struct Bracket {
  double lo;
  double hi;
  std::size_t below = 0;
  std::size_t at_lo = 0;
  std::size_t at_hi = 0;
  std::vector<double> inside;

  void add(double slope) {
    if (slope < lo) ++below;
    if (slope == lo) ++at_lo;
    if (slope == hi) ++at_hi;
    if (slope > lo && slope < hi) inside.push_back(slope);
  }
};

std::vector<double> sampled_slopes(const std::vector<Point>& points) {
  Random random(1);  // only where to look depends on it, not what is found
  std::vector<double> sample;
  while (sample.size() < kSampled) {
    const Point& a = points[random.below(points.size())];
    const Point& b = points[random.below(points.size())];
    if (a.first != b.first) sample.push_back(slope_of(a, b));
  }
  std::sort(sample.begin(), sample.end());
  return sample;
}

/// `share` of all slopes lie below the wanted one; seven standard errors on both sides.
Bracket bracket_of(const std::vector<double>& sample, double share) {
  const auto m = static_cast<double>(sample.size());
  const double reach = 7 * std::sqrt(m * share * (1 - share)) + 50;
  const double low = std::floor(m * share - reach);
  const double high = std::ceil(m * share + reach);
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  return {.lo = low < 0 ? -kInfinity : sample[static_cast<std::size_t>(low)],
          .hi = high >= m ? kInfinity : sample[static_cast<std::size_t>(high)],
          .inside = {}};
}

double nth(std::vector<double>& values, std::size_t rank) {
  const auto place = values.begin() + static_cast<std::ptrdiff_t>(rank);
  std::nth_element(values.begin(), place, values.end());
  return *place;
}

double resolve(Bracket& bracket, std::size_t rank) {
  assert(rank >= bracket.below && "seven standard errors");
  rank -= std::min(rank, bracket.below);
  if (rank < bracket.at_lo) return bracket.lo;
  rank -= bracket.at_lo;
  return rank < bracket.inside.size() ? nth(bracket.inside, rank) : bracket.hi;
}

using Ranks = std::array<std::size_t, 4>;

/// The slopes of these ascending ranks, from 0, among all `count` of them.
std::array<double, 4> slopes_at(const std::vector<Point>& points, const Ranks& ranks,
                                std::size_t count) {
  std::array<double, 4> found{};
  if (count <= kMaxStored) {
    std::vector<double> slopes;
    slopes.reserve(count);
    for_each_slope(points, [&](double slope) { slopes.push_back(slope); });
    for (std::size_t i = 0; i < ranks.size(); ++i) found[i] = nth(slopes, ranks[i]);
    return found;
  }
  const std::vector<double> sample = sampled_slopes(points);
  std::vector<Bracket> brackets;
  for (const std::size_t rank : ranks)
    brackets.push_back(bracket_of(sample, static_cast<double>(rank) / static_cast<double>(count)));
  for_each_slope(points, [&](double slope) {
    for (Bracket& bracket : brackets) bracket.add(slope);
  });
  for (std::size_t i = 0; i < ranks.size(); ++i) found[i] = resolve(brackets[i], ranks[i]);
  return found;
}

/// How many slopes there are, and the standard deviation of S.
struct SlopeCount {
  std::size_t slopes;
  double deviation;
};

SlopeCount count_slopes(std::span<const double> sorted_x, std::span<const double> sorted_y) {
  const auto n = static_cast<double>(sorted_x.size());
  const Ties x_ties = ties_of(sorted_x);
  const double variance = variance_term(n) - x_ties.variance - ties_of(sorted_y).variance;
  return {.slopes = static_cast<std::size_t>(n * (n - 1) / 2 - x_ties.pairs),
          .deviation = std::sqrt(std::max(variance, 0.0) / 18)};
}

/// Of the lower end, the one or two middle slopes, the upper end. Rounded as SciPy does.
Ranks ranks_of(const SlopeCount& count, double level) {
  const auto slopes = static_cast<double>(count.slopes);
  const double reach = normal_quantile((1 + level) / 2) * count.deviation;
  const double low = std::max(std::nearbyint((slopes - reach) / 2) - 1, 0.0);
  const double high = std::min(std::nearbyint((slopes + reach) / 2), slopes - 1);
  return {static_cast<std::size_t>(low), (count.slopes - 1) / 2, count.slopes / 2,
          static_cast<std::size_t>(high)};
}

/// Sorted x, or y, of all points.
std::vector<double> sorted_copy(std::span<const double> values) {
  std::vector<double> sorted(values.begin(), values.end());
  std::sort(sorted.begin(), sorted.end());
  return sorted;
}

Outcome obstacle(std::span<const double> x, std::span<const double> y) {
  if (!all_finite(x) || !all_finite(y)) return Outcome::kNotFinite;
  if (x.size() < kMinValues) return Outcome::kTooFew;
  if (x.size() > kMaxPoints) return Outcome::kTooMany;
  const auto [least, most] = std::minmax_element(x.begin(), x.end());
  return *least == *most ? Outcome::kTooFew : Outcome::kOk;
}

}  // namespace

MannKendall mann_kendall(std::span<const double> values) {
  MannKendall result;
  result.test.outcome = Outcome::kNotFinite;
  if (!all_finite(values)) return result;
  result.test.outcome = Outcome::kTooFew;
  if (values.size() < kMinValues) return result;
  std::vector<double> sorted(values.begin(), values.end());
  const std::int64_t inversions = sort_and_count_inversions(sorted);
  result.test.outcome = Outcome::kConstant;
  if (sorted.front() == sorted.back()) return result;
  const auto n = static_cast<double>(values.size());
  const double pairs = n * (n - 1) / 2;
  const Ties ties = ties_of(sorted);
  result.s = static_cast<std::int64_t>(pairs - ties.pairs) - 2 * inversions;
  const auto s = static_cast<double>(result.s);
  result.tau = s / pairs;
  const double deviation = std::sqrt((variance_term(n) - ties.variance) / 18);
  const double sign = result.s > 0 ? 1 : -1;
  result.test.statistic = result.s == 0 ? 0 : (s - sign) / deviation;
  result.test.p = 2 * normal_sf(std::abs(result.test.statistic));
  result.test.outcome = Outcome::kOk;
  return result;
}

TheilSen theil_sen(std::span<const double> x, std::span<const double> y, double level) {
  assert(x.size() == y.size() && level > 0 && level < 1);
  TheilSen result;
  result.slope.outcome = obstacle(x, y);
  if (result.slope.outcome != Outcome::kOk) return result;
  const std::vector<double> sorted_y = sorted_copy(y);
  const SlopeCount count = count_slopes(sorted_copy(x), sorted_y);
  std::vector<Point> points;
  for (std::size_t i = 0; i < x.size(); ++i) points.emplace_back(x[i], y[i]);
  std::sort(points.begin(), points.end());
  const auto [lo, below, above, hi] = slopes_at(points, ranks_of(count, level), count.slopes);
  result.slope.outcome = Outcome::kNotFinite;
  if (!std::isfinite(lo) || !std::isfinite(hi)) return result;
  const bool flat = sorted_y.front() == sorted_y.back();
  result.slope = {.estimate = (below + above) / 2,
                  .lo = lo,
                  .hi = hi,
                  .outcome = flat ? Outcome::kConstant : Outcome::kOk};
  result.intercept = median(y) - result.slope.estimate * median(x);
  return result;
}

TheilSen theil_sen(std::span<const double> y, double level) {
  std::vector<double> x(y.size());
  std::iota(x.begin(), x.end(), 0.0);
  return theil_sen(x, y, level);
}

}  // namespace joulemark::stats
