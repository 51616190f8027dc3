// SPDX-License-Identifier: Apache-2.0
// Statistics are compared with a tolerance: assignments that give the same number must count as
// equal although rounding differs with the order of summation. Values are centred and scaled to 1
// first, so that the tolerances are plain numbers; sorting makes drawn assignments independent of
// the order in which values were given.
#include "stats/permutation.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "base/random.h"
#include "stats/complete_blocks.h"
#include "stats/descriptive.h"

namespace joulemark::stats {
namespace {

constexpr double kTolerance = 1e-12;
constexpr double kNoVariance = 1e-28;  // of values of size 1: rounding
constexpr double kInfinity = std::numeric_limits<double>::infinity();

PermutationTest without_test(Outcome outcome) {
  PermutationTest result;
  result.test.outcome = outcome;
  return result;
}

PermutationTest found(double statistic) {
  PermutationTest result = without_test(Outcome::kOk);
  result.test.statistic = statistic;
  return result;
}

/// Divides by the largest size. kConstant: all are zero. kNotFinite: a difference was beyond all
/// doubles.
Outcome scale(std::span<double> values) {
  if (!all_finite(values)) return Outcome::kNotFinite;
  double largest = 0;
  for (const double value : values) largest = std::max(largest, std::abs(value));
  if (largest == 0) return Outcome::kConstant;
  for (double& value : values) value /= largest;
  return Outcome::kOk;
}

/// Counts assignments, and those that are as extreme as the measured one.
struct Tally {
  double bound;
  double extreme = 0;
  double all = 0;
  void add(double statistic) {
    extreme += statistic >= bound ? 1 : 0;
    all += 1;
  }
  [[nodiscard]] double exact_p() const { return extreme / all; }
  [[nodiscard]] double drawn_p() const { return (extreme + 1) / (all + 1); }
};

/// Σ ± sizes for all signs, ascending.
std::vector<double> signed_sums(std::span<const double> sizes) {
  std::vector<double> sums = {0};
  for (const double size : sizes) {
    const std::size_t count = sums.size();
    for (std::size_t i = 0; i < count; ++i) sums.push_back(sums[i] + size);
    for (std::size_t i = 0; i < count; ++i) sums[i] -= size;
  }
  std::sort(sums.begin(), sums.end());
  return sums;
}

/// The share of signs with |Σ ± sizes| ≥ bound, by symmetry twice that with a sum ≥ bound > 0. Of
/// two halves' sums, each with each, so that 2²⁰ sums are 2¹⁰ searches.
double sign_share(std::span<const double> sizes, double bound) {
  const std::vector<double> first = signed_sums(sizes.subspan(0, sizes.size() / 2));
  const std::vector<double> second = signed_sums(sizes.subspan(sizes.size() / 2));
  std::ptrdiff_t count = 0;
  for (const double sum : first)
    count += second.end() - std::lower_bound(second.begin(), second.end(), bound - sum);
  const auto all = static_cast<double>(first.size()) * static_cast<double>(second.size());
  return 2 * static_cast<double>(count) / all;
}

double drawn_sign_share(std::span<const double> sizes, double bound,
                        const PermutationOptions& options) {
  Random random(options.seed);
  Tally tally{bound};
  for (int i = 0; i < options.resamples; ++i) {
    double sum = 0;
    std::uint64_t signs = 0;
    for (std::size_t j = 0; j < sizes.size(); ++j) {
      if (j % 64 == 0) signs = random.next();
      sum += (signs & 1) != 0 ? sizes[j] : -sizes[j];
      signs >>= 1;
    }
    tally.add(std::abs(sum));
  }
  return tally.drawn_p();
}

using Blocks = std::vector<std::vector<double>>;

/// Deviations from the blocks' means, scaled as by scale().
Outcome deviations(Groups treatments, Blocks& blocks) {
  blocks.assign(treatments.front().size(), std::vector<double>(treatments.size()));
  double largest = 0;
  for (std::size_t j = 0; j < blocks.size(); ++j) {
    for (std::size_t i = 0; i < treatments.size(); ++i) blocks[j][i] = treatments[i][j];
    const auto [least, most] = std::minmax_element(blocks[j].begin(), blocks[j].end());
    const double centre = *least == *most ? *least : mean(blocks[j]);
    for (double& value : blocks[j]) largest = std::max(largest, std::abs(value -= centre));
    if (!all_finite(blocks[j])) return Outcome::kNotFinite;
  }
  if (largest == 0) return Outcome::kConstant;
  for (std::vector<double>& block : blocks)
    for (double& value : block) value /= largest;
  return Outcome::kOk;
}

double sum_of_squares(std::span<const double> values) {
  double squares = 0;
  for (const double value : values) squares += value * value;
  return squares;
}

std::vector<double> treatment_sums(const Blocks& blocks) {
  std::vector<double> sums(blocks.front().size());
  for (const std::vector<double>& block : blocks)
    for (std::size_t i = 0; i < block.size(); ++i) sums[i] += block[i];
  return sums;
}

/// Blocks and the blocks' means are the same for all assignments, so that F grows with the squares
/// of the treatments' sums.
void set_f(const Blocks& blocks, std::span<const double> sums, TestResult& test) {
  const auto b = static_cast<double>(blocks.size());
  double residual = 0;
  double total = 0;
  for (const std::vector<double>& block : blocks) {
    total += sum_of_squares(block);
    for (std::size_t i = 0; i < block.size(); ++i)
      residual += (block[i] - sums[i] / b) * (block[i] - sums[i] / b);
  }
  test.df1 = static_cast<double>(sums.size()) - 1;
  test.df2 = test.df1 * (b - 1);
  const double between = sum_of_squares(sums) / b / test.df1;
  test.statistic = residual <= kNoVariance * total ? kInfinity : between / (residual / test.df2);
}

double assignments(std::size_t k, std::size_t blocks) {
  const double orders = std::tgamma(static_cast<double>(k) + 1);
  return std::pow(orders, static_cast<double>(blocks) - 1);  // the first block may stay
}

/// All orders of the blocks from the `at`-th on, whose values are ascending before and after.
void try_orders(Blocks& blocks, std::size_t at, std::vector<double>& sums, Tally& tally) {
  if (at == blocks.size()) return tally.add(sum_of_squares(sums));
  std::vector<double>& block = blocks[at];
  std::vector<double> with(sums.size());
  do {
    for (std::size_t i = 0; i < sums.size(); ++i) with[i] = sums[i] + block[i];
    try_orders(blocks, at + 1, with, tally);
  } while (std::next_permutation(block.begin(), block.end()));
}

void draw_orders(Blocks& blocks, const PermutationOptions& options, Tally& tally) {
  Random random(options.seed);
  for (int i = 0; i < options.resamples; ++i) {
    for (std::vector<double>& block : blocks) shuffle(block, random);
    tally.add(sum_of_squares(treatment_sums(blocks)));
  }
}

/// Two samples together; `of_a` says which values are in the first.
struct Pool {
  std::vector<double> values;
  std::vector<char> of_a;
  std::size_t n;  // values of a
};

Pool pool(std::span<const double> a, std::span<const double> b) {
  std::vector<std::pair<double, char>> items;
  for (const double value : a) items.emplace_back(value, 1);
  for (const double value : b) items.emplace_back(value, 0);
  std::sort(items.begin(), items.end());
  Pool result{.values = {}, .of_a = {}, .n = a.size()};
  for (const auto& [value, first] : items) {
    result.values.push_back(value);
    result.of_a.push_back(first);
  }
  const double centre =
      items.front().first == items.back().first ? items.front().first : mean(result.values);
  for (double& value : result.values) value -= centre;
  return result;
}

double welch_t(const Pool& pool) {
  double sums[2] = {0, 0};
  for (std::size_t i = 0; i < pool.values.size(); ++i)
    sums[pool.of_a[i] != 0 ? 1 : 0] += pool.values[i];
  const auto n = static_cast<double>(pool.n);
  const auto m = static_cast<double>(pool.values.size() - pool.n);
  const double means[2] = {sums[0] / m, sums[1] / n};
  double squares[2] = {0, 0};
  for (std::size_t i = 0; i < pool.values.size(); ++i) {
    const std::size_t side = pool.of_a[i] != 0 ? 1 : 0;
    squares[side] += (pool.values[i] - means[side]) * (pool.values[i] - means[side]);
  }
  const double error = squares[1] / (n * (n - 1)) + squares[0] / (m * (m - 1));
  const double difference = means[1] - means[0];
  if (std::abs(difference) <= kTolerance) return 0;
  if (error <= kNoVariance) return std::copysign(kInfinity, difference);
  return difference / std::sqrt(error);
}

/// C(n + m, n), or something above kMaxAssignments.
double choices(std::size_t n, std::size_t m) {
  double count = 1;
  for (std::size_t i = 1; i <= std::min(n, m) && count <= kMaxAssignments; ++i)
    count *= static_cast<double>(std::max(n, m) + i) / static_cast<double>(i);
  return count;
}

void try_choices(Pool& pool, Tally& tally) {
  std::sort(pool.of_a.begin(), pool.of_a.end());
  do {
    tally.add(std::abs(welch_t(pool)));
  } while (std::next_permutation(pool.of_a.begin(), pool.of_a.end()));
}

void draw_choices(Pool& pool, const PermutationOptions& options, Tally& tally) {
  std::sort(pool.of_a.begin(), pool.of_a.end());
  Random random(options.seed);
  for (int i = 0; i < options.resamples; ++i) {
    shuffle(pool.of_a, random);
    tally.add(std::abs(welch_t(pool)));
  }
}

}  // namespace

PermutationTest permutation_test_paired(std::span<const double> a, std::span<const double> b,
                                        const PermutationOptions& options) {
  if (!all_finite(a) || !all_finite(b)) return without_test(Outcome::kNotFinite);
  if (a.size() != b.size()) return without_test(Outcome::kUnbalanced);
  if (a.empty()) return without_test(Outcome::kTooFew);
  std::vector<double> sizes(a.size());
  for (std::size_t i = 0; i < a.size(); ++i) sizes[i] = a[i] - b[i];
  const double statistic = mean(sizes);
  const Outcome outcome = scale(sizes);
  if (outcome != Outcome::kOk) return without_test(outcome);
  double sum = 0;
  for (const double difference : sizes) sum += difference;
  for (double& difference : sizes) difference = std::abs(difference);
  std::sort(sizes.begin(), sizes.end());
  PermutationTest result = found(statistic);
  const double bound = std::abs(sum) - kTolerance * static_cast<double>(sizes.size());
  const bool exact = sizes.size() <= kMaxSignedPairs;
  result.method = exact ? PermutationTest::Method::kExact : PermutationTest::Method::kMonteCarlo;
  result.test.p = 1;
  if (bound > 0)
    result.test.p = exact ? sign_share(sizes, bound) : drawn_sign_share(sizes, bound, options);
  return result;
}

PermutationTest permutation_test_blocks(Groups treatments, const PermutationOptions& options) {
  Blocks blocks;
  Outcome outcome = check_complete_blocks(treatments);
  if (outcome == Outcome::kOk) outcome = deviations(treatments, blocks);
  if (outcome != Outcome::kOk) return without_test(outcome);
  const std::vector<double> sums = treatment_sums(blocks);
  PermutationTest result = found(0);
  set_f(blocks, sums, result.test);
  const auto cells = static_cast<double>(blocks.size() * sums.size());
  Tally tally{sum_of_squares(sums) - kTolerance * cells};
  for (std::vector<double>& block : blocks) std::sort(block.begin(), block.end());
  std::sort(blocks.begin(), blocks.end());
  if (assignments(sums.size(), blocks.size()) <= kMaxAssignments) {
    std::vector<double> first = blocks.front();
    try_orders(blocks, 1, first, tally);
    result.test.p = tally.exact_p();
    return result;
  }
  draw_orders(blocks, options, tally);
  result.method = PermutationTest::Method::kMonteCarlo;
  result.test.p = tally.drawn_p();
  return result;
}

PermutationTest permutation_test(std::span<const double> a, std::span<const double> b,
                                 const PermutationOptions& options) {
  if (!all_finite(a) || !all_finite(b)) return without_test(Outcome::kNotFinite);
  if (a.size() < 2 || b.size() < 2) return without_test(Outcome::kTooFew);
  Pool both = pool(a, b);
  const Outcome outcome = scale(both.values);
  if (outcome != Outcome::kOk) return without_test(outcome);
  PermutationTest result = found(welch_t(both));
  Tally tally{std::abs(result.test.statistic) * (1 - kTolerance)};
  if (choices(a.size(), b.size()) <= kMaxAssignments) {
    try_choices(both, tally);
    result.test.p = tally.exact_p();
    return result;
  }
  draw_choices(both, options, tally);
  result.method = PermutationTest::Method::kMonteCarlo;
  result.test.p = tally.drawn_p();
  return result;
}

}  // namespace joulemark::stats
