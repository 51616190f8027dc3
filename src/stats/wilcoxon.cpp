// SPDX-License-Identifier: Apache-2.0
#include "stats/wilcoxon.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "stats/descriptive.h"
#include "stats/distribution.h"
#include "stats/rank_distribution.h"
#include "stats/ranks.h"

namespace joulemark::stats {
namespace {

struct SignedRanks {
  double positive = 0;
  double negative = 0;
  double ties = 0;  // Σ(t³ − t), zeros left out
  std::size_t zeros = 0;
  std::size_t count = 0;  // of differences, zeros included
};

SignedRanks rank_signed(std::vector<double>& differences, Zeros zeros) {
  std::sort(differences.begin(), differences.end(),
            [](double a, double b) { return std::abs(a) < std::abs(b); });
  SignedRanks result;
  result.count = differences.size();
  while (result.zeros < result.count && differences[result.zeros] == 0) ++result.zeros;
  const double dropped = zeros == Zeros::kDrop ? static_cast<double>(result.zeros) : 0;
  for (std::size_t first = result.zeros; first < result.count;) {
    std::size_t last = first + 1;
    while (last < result.count && std::abs(differences[last]) == std::abs(differences[first]))
      ++last;
    const double rank = (static_cast<double>(first) + static_cast<double>(last) + 1) / 2 - dropped;
    result.ties += tie_term(last - first);
    for (; first < last; ++first)
      (differences[first] > 0 ? result.positive : result.negative) += rank;
  }
  return result;
}

/// Σ of i and of i² for i = 1 … n.
double sum_of_ranks(double n) {
  return n * (n + 1) / 2;
}
double sum_of_squares(double n) {
  return n * (n + 1) * (2 * n + 1) / 6;
}

TestResult normal_test(const SignedRanks& ranks, Zeros zeros) {
  TestResult result;
  result.outcome = ranks.zeros == ranks.count ? Outcome::kConstant : Outcome::kOk;
  if (result.outcome != Outcome::kOk) return result;
  const auto left_out = static_cast<double>(ranks.zeros);
  const auto count = static_cast<double>(ranks.count);
  const double n = zeros == Zeros::kDrop ? count - left_out : count;
  const double unused = zeros == Zeros::kDrop ? 0 : left_out;  // ranks, the smallest ones
  const double centre = (sum_of_ranks(n) - sum_of_ranks(unused)) / 2;
  const double variance = (sum_of_squares(n) - sum_of_squares(unused)) / 4 - ranks.ties / 48;
  const double distance = std::max(0.0, std::abs(ranks.positive - centre) - 0.5);
  result.statistic = ranks.positive;
  result.p = 2 * normal_sf(distance / std::sqrt(variance));
  return result;
}

TestResult exact_test(const SignedRanks& ranks) {
  TestResult result;
  result.outcome = Outcome::kOk;
  if (ranks.count > RankDistribution::kMaxSignedRank) result.outcome = Outcome::kTooMany;
  if (ranks.ties > 0 || ranks.zeros > 0) result.outcome = Outcome::kTies;
  if (result.outcome != Outcome::kOk) return result;
  result.statistic = ranks.positive;
  result.p = RankDistribution::signed_rank(ranks.count)
                 .two_sided(static_cast<std::size_t>(ranks.positive));
  return result;
}

Wilcoxon without_test(Outcome outcome) {
  Wilcoxon result;
  result.exact.outcome = result.normal.outcome = outcome;
  return result;
}

}  // namespace

Wilcoxon wilcoxon_signed_rank(std::span<const double> a, std::span<const double> b, Zeros zeros) {
  if (!all_finite(a) || !all_finite(b)) return without_test(Outcome::kNotFinite);
  if (a.size() != b.size()) return without_test(Outcome::kUnbalanced);
  if (a.empty()) return without_test(Outcome::kTooFew);
  std::vector<double> differences(a.size());
  for (std::size_t i = 0; i < a.size(); ++i) differences[i] = a[i] - b[i];
  if (!all_finite(differences)) return without_test(Outcome::kNotFinite);
  const SignedRanks ranks = rank_signed(differences, zeros);
  Wilcoxon result;
  result.exact = exact_test(ranks);
  result.normal = normal_test(ranks, zeros);
  result.differences = ranks.count - ranks.zeros;
  if (result.differences > 0)
    result.rank_biserial = (ranks.positive - ranks.negative) / (ranks.positive + ranks.negative);
  return result;
}

}  // namespace joulemark::stats
