// SPDX-License-Identifier: Apache-2.0
// Order statistics of n·m differences without making them: how many are at most t takes one walk
// through the sorted samples, and bisecting t over the doubles themselves ends at one that is
// there.
#include "stats/hodges_lehmann.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>
#include <optional>
#include <vector>

#include "stats/descriptive.h"
#include "stats/distribution.h"
#include "stats/ranks.h"

namespace joulemark::stats {
namespace {

/// Doubles as integers in the same order; −0 and 0 are one.
std::int64_t to_key(double value) {
  const auto bits = std::bit_cast<std::int64_t>(value);
  return bits >= 0 ? bits : INT64_MIN - bits;
}
double from_key(std::int64_t key) {
  return std::bit_cast<double>(key >= 0 ? key : INT64_MIN - key);
}

std::int64_t midpoint(std::int64_t low, std::int64_t high) {
  const auto width = static_cast<std::uint64_t>(high) - static_cast<std::uint64_t>(low);
  return static_cast<std::int64_t>(static_cast<std::uint64_t>(low) + width / 2);
}

/// All differences of two sorted samples. Rounded subtraction keeps their order along both.
class Differences {
 public:
  Differences(std::span<const double> a, std::span<const double> b) : a_(a), b_(b) {}
  [[nodiscard]] std::size_t size() const { return a_.size() * b_.size(); }
  [[nodiscard]] double min() const { return a_.front() - b_.back(); }
  [[nodiscard]] double max() const { return a_.back() - b_.front(); }
  [[nodiscard]] std::size_t at_most(double t) const {
    std::size_t count = 0;
    std::size_t j = 0;
    for (const double value : a_) {
      while (j < b_.size() && value - b_[j] > t) ++j;
      count += b_.size() - j;
    }
    return count;
  }

 private:
  std::span<const double> a_;
  std::span<const double> b_;
};

/// All averages of two values of a sorted sample (Walsh 1949).
class WalshAverages {
 public:
  explicit WalshAverages(std::span<const double> values) : values_(values) {}
  [[nodiscard]] std::size_t size() const { return values_.size() * (values_.size() + 1) / 2; }
  [[nodiscard]] double min() const { return (values_.front() + values_.front()) / 2; }
  [[nodiscard]] double max() const { return (values_.back() + values_.back()) / 2; }
  [[nodiscard]] std::size_t at_most(double t) const {
    std::size_t count = 0;
    std::size_t end = values_.size();  // of partners that are small enough
    for (std::size_t i = 0; i < end; ++i) {
      while (end > i && (values_[i] + values_[end - 1]) / 2 > t) --end;
      count += end - i;
    }
    return count;
  }

 private:
  std::span<const double> values_;
};

/// The `rank`-th smallest, from 1.
template <class List>
double select(const List& list, std::size_t rank) {
  std::int64_t low = to_key(list.min());
  std::int64_t high = to_key(list.max());
  while (low < high) {
    const std::int64_t middle = midpoint(low, high);
    if (list.at_most(from_key(middle)) >= rank)
      high = middle;
    else
      low = middle + 1;
  }
  return from_key(low);
}

template <class List>
double middle_of(const List& list) {
  const std::size_t size = list.size();
  const double upper = select(list, size / 2 + 1);
  return size % 2 == 1 ? upper : (select(list, size / 2) + upper) / 2;
}

/// The interval from the `rank`-th smallest to the `rank`-th greatest; no rank, no interval.
template <class List>
Interval interval_of(const List& list, std::optional<std::size_t> rank) {
  Interval interval;
  interval.estimate = middle_of(list);
  const double ends[] = {list.min(), list.max(), interval.estimate};
  if (!all_finite(ends)) {
    interval.estimate = std::numeric_limits<double>::quiet_NaN();
    interval.outcome = Outcome::kNotFinite;
  } else if (list.size() > 1 && list.min() == list.max()) {
    interval.lo = interval.hi = interval.estimate;
    interval.outcome = Outcome::kConstant;
  } else if (rank) {
    interval.lo = select(list, *rank);
    interval.hi = select(list, list.size() + 1 - *rank);
    interval.outcome = Outcome::kOk;
  }
  return interval;
}

std::optional<std::size_t> exact_rank(const RankDistribution& distribution, double level) {
  const double tail = (1 - level) / 2;
  const std::size_t rank = std::max<std::size_t>(distribution.lower_quantile(tail), 1);
  if (distribution.at_most(rank - 1) > tail * (1 + 1e-12)) return std::nullopt;
  return rank;
}

/// Of a statistic with this mean and variance, with a correction for continuity.
std::optional<std::size_t> normal_rank(double centre, double variance, double level) {
  const double z = normal_quantile((1 + level) / 2);
  const double rank = std::floor(centre - z * std::sqrt(variance) + 0.5);
  if (!(rank >= 1)) return std::nullopt;
  return static_cast<std::size_t>(rank);
}

std::optional<std::size_t> rank_of(const TwoSamples& samples, const RankDistribution* given,
                                   double level) {
  const std::size_t n = samples.a.size();
  const std::size_t m = samples.b.size();
  if (samples.ties == 0 && RankDistribution::affordable(n, m)) {
    if (given != nullptr && given->is_mann_whitney(n, m)) return exact_rank(*given, level);
    return exact_rank(RankDistribution::mann_whitney(n, m), level);
  }
  // After a shift that the interval asks about no value of one sample equals one of the other.
  const double ties = tie_sum(samples.a) + tie_sum(samples.b);
  const auto all = static_cast<double>(n + m);
  const double pairs = static_cast<double>(n) * static_cast<double>(m);
  return normal_rank(pairs / 2, pairs / 12 * (all + 1 - ties / (all * (all - 1))), level);
}

Interval shift(const TwoSamples& samples, const RankDistribution* given, double level) {
  Interval interval;
  interval.outcome = samples.outcome;
  if (samples.outcome != Outcome::kOk && samples.outcome != Outcome::kConstant) return interval;
  const Differences differences(samples.a, samples.b);
  return interval_of(differences, rank_of(samples, given, level));
}

std::optional<std::size_t> signed_rank_of(std::span<const double> sorted, double level) {
  std::vector<double> sizes(sorted.begin(), sorted.end());
  for (double& size : sizes) size = std::abs(size);
  std::sort(sizes.begin(), sizes.end());
  const bool tied = tie_sum(sizes) > 0 || sizes.front() == 0;
  if (!tied && sorted.size() <= RankDistribution::kMaxSignedRank)
    return exact_rank(RankDistribution::signed_rank(sorted.size()), level);
  const auto n = static_cast<double>(sorted.size());
  const double squares = n * (n + 1) * (2 * n + 1) / 6;
  return normal_rank(n * (n + 1) / 4, squares / 4 - tie_sum(sorted) / 48, level);
}

}  // namespace

Interval hodges_lehmann(std::span<const double> a, std::span<const double> b, double level) {
  return shift(compare_samples(a, b), nullptr, level);
}

Interval hodges_lehmann(std::span<const double> a, std::span<const double> b,
                        const RankDistribution& exact, double level) {
  return shift(compare_samples(a, b), &exact, level);
}

Interval hodges_lehmann_paired(std::span<const double> a, std::span<const double> b, double level) {
  Interval interval;
  if (!all_finite(a) || !all_finite(b)) interval.outcome = Outcome::kNotFinite;
  if (interval.outcome == Outcome::kNotFinite) return interval;
  if (a.size() != b.size()) interval.outcome = Outcome::kUnbalanced;
  if (a.size() != b.size() || a.empty()) return interval;
  std::vector<double> differences(a.size());
  for (std::size_t i = 0; i < a.size(); ++i) differences[i] = a[i] - b[i];
  if (!all_finite(differences)) interval.outcome = Outcome::kNotFinite;
  if (interval.outcome == Outcome::kNotFinite) return interval;
  std::sort(differences.begin(), differences.end());
  return interval_of(WalshAverages(differences), signed_rank_of(differences, level));
}

}  // namespace joulemark::stats
