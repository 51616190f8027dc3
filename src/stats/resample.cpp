// SPDX-License-Identifier: Apache-2.0
// Sums of random values from a table as fast as the generator goes, and the median's distribution.
#include "stats/resample.h"

#include <algorithm>
#include <cassert>
#include <cmath>

#include "stats/distribution.h"

namespace joulemark::stats {
namespace {

/// Outcomes of a resample less probable than this are left out: together they cannot move a bound.
constexpr double kNegligible = 1e-13;

/// P(the k-th smallest of a resample is sorted[i]) for every i, ranks from 0, k from 1.
std::vector<double> order_statistic_probabilities(std::size_t n, std::size_t k) {
  std::vector<double> probability(n);
  double below = 0;
  for (std::size_t i = 0; i < n; ++i) {
    const double at_most =
        binomial_at_least(n, static_cast<double>(i + 1) / static_cast<double>(n), k);
    probability[i] = at_most - below;
    below = at_most;
  }
  return probability;
}

/// ln of F_i^m − F_{i−1}^m, where F_i = (i + 1)/n is the share of ranks up to i and m = n/2: all of
/// m draws fall there, and one of them on i. As a logarithm it does not underflow.
std::vector<double> log_touch_probabilities(std::size_t n) {
  const auto m = static_cast<double>(n) / 2;
  std::vector<double> result(n);
  for (std::size_t i = 0; i < n; ++i) {
    const auto rank = static_cast<double>(i);
    const double untouched = i == 0 ? 0 : std::pow(rank / (rank + 1), m);
    result[i] = m * std::log((rank + 1) / (2 * m)) + std::log1p(-untouched);
  }
  return result;
}

/// The distribution of the median of a resample of n = 2m values. The m-th smallest is sorted[i]
/// and the next sorted[j], i < j, when m draws fall on ranks ≤ i and touch i, and the other m on
/// ranks ≥ j and touch j: C(2m, m)·(F_i^m − F_{i−1}^m)·(G_j^m − G_{j+1}^m), G mirrored from F. What
/// is left of the m-th smallest's own probability is the case i = j.
std::vector<Atom> even_median_distribution(std::span<const double> sorted) {
  const std::size_t n = sorted.size();
  const auto m = static_cast<double>(n) / 2;
  const double log_choose = std::lgamma(2 * m + 1) - 2 * std::lgamma(m + 1);
  const std::vector<double> touch = log_touch_probabilities(n);
  const std::vector<double> alone = order_statistic_probabilities(n, n / 2);
  std::vector<Atom> atoms;
  for (std::size_t i = 0; i < n; ++i) {
    double rest = alone[i];
    for (std::size_t j = i + 1; j < n && rest > kNegligible; ++j) {
      const double weight = std::exp(log_choose + touch[i] + touch[n - 1 - j]);
      if (weight < kNegligible) break;  // they only shrink with j
      atoms.push_back({(sorted[i] + sorted[j]) / 2, weight});
      rest -= weight;
    }
    if (rest > kNegligible) atoms.push_back({sorted[i], rest});
  }
  return atoms;
}

/// Two sums, so that one addition need not wait for the other.
double sum_of_draws(std::span<const double> values, Random& random) {
  const std::size_t n = values.size();
  double first = 0;
  double second = 0;
  for (std::size_t i = 1; i < n; i += 2) {
    const IndexPair at = draw_indices(n, random);
    first += values[at.first];
    second += values[at.second];
  }
  if (n % 2 == 1) first += values[draw_indices(n, random).first];
  return first + second;
}

}  // namespace

std::vector<double> resampled_means(std::span<const double> values, int count, Random& random) {
  assert(!values.empty() && values.size() >> 32 == 0);
  const auto n = static_cast<double>(values.size());
  std::vector<double> means(static_cast<std::size_t>(count));
  for (double& mean : means) mean = sum_of_draws(values, random) / n;
  return means;
}

std::vector<double> resampled_medians(std::span<const double> sorted, int count, Random& random) {
  const std::vector<Atom> atoms = median_distribution(sorted);
  std::vector<double> cumulative;
  cumulative.reserve(atoms.size());
  double total = 0;
  for (const Atom& atom : atoms) cumulative.push_back(total += atom.weight);
  std::vector<double> medians(static_cast<std::size_t>(count));
  for (double& median : medians) {
    const double mark = random.uniform() * total;
    const auto found = std::upper_bound(cumulative.begin(), cumulative.end() - 1, mark);
    median = atoms[static_cast<std::size_t>(found - cumulative.begin())].value;
  }
  return medians;
}

std::vector<Atom> median_distribution(std::span<const double> sorted) {
  const std::size_t n = sorted.size();
  if (n % 2 == 0) return even_median_distribution(sorted);
  const std::vector<double> probability = order_statistic_probabilities(n, n / 2 + 1);
  std::vector<Atom> atoms;
  atoms.reserve(n);
  for (std::size_t i = 0; i < n; ++i) atoms.push_back({sorted[i], probability[i]});
  return atoms;
}

double sorted_median(std::span<const double> sorted) {
  const std::size_t n = sorted.size();
  return n % 2 == 1 ? sorted[n / 2] : (sorted[n / 2 - 1] + sorted[n / 2]) / 2;
}

}  // namespace joulemark::stats
