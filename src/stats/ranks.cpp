// SPDX-License-Identifier: Apache-2.0
// Everything here walks once through sorted values, from one run of equal ones to the next.
#include "stats/ranks.h"

#include <algorithm>

#include "stats/descriptive.h"

namespace joulemark::stats {
namespace {

struct Ranked {
  double value;
  std::size_t index;  // of the value in its list, or of its group
};

/// Calls `visit(first, last, rank)` for every run [first, last) of equal values.
template <class Visit>
double visit_runs(std::vector<Ranked>& items, const Visit& visit) {
  std::sort(items.begin(), items.end(),
            [](const Ranked& a, const Ranked& b) { return a.value < b.value; });
  double ties = 0;
  for (std::size_t first = 0; first < items.size();) {
    std::size_t last = first + 1;
    while (last < items.size() && items[last].value == items[first].value) ++last;
    visit(first, last, (static_cast<double>(first) + static_cast<double>(last) + 1) / 2);
    ties += tie_term(last - first);
    first = last;
  }
  return ties;
}

Outcome obstacle(Groups groups, std::size_t& n) {
  bool empty = groups.size() < 2;
  for (const std::vector<double>& group : groups) {
    if (!all_finite(group)) return Outcome::kNotFinite;
    empty = empty || group.empty();
    n += group.size();
  }
  return empty || n == groups.size() ? Outcome::kTooFew : Outcome::kOk;
}

/// How many values of `sorted` equal `value`, from `at` on, which moves behind them.
std::size_t run_at(std::span<const double> sorted, std::size_t& at, double value) {
  const std::size_t first = at;
  while (at < sorted.size() && sorted[at] == value) ++at;
  return at - first;
}

}  // namespace

double tie_term(std::size_t t) {
  const auto count = static_cast<double>(t);
  return count * (count - 1) * (count + 1);
}

double tie_sum(std::span<const double> sorted) {
  double ties = 0;
  for (std::size_t at = 0; at < sorted.size();) ties += tie_term(run_at(sorted, at, sorted[at]));
  return ties;
}

Ranks midranks(std::span<const double> values) {
  std::vector<Ranked> items(values.size());
  for (std::size_t i = 0; i < values.size(); ++i) items[i] = {values[i], i};
  Ranks result;
  result.ranks.resize(values.size());
  result.ties = visit_runs(items, [&](std::size_t first, std::size_t last, double rank) {
    for (std::size_t i = first; i < last; ++i) result.ranks[items[i].index] = rank;
  });
  return result;
}

GroupRanks rank_groups(Groups groups) {
  GroupRanks result;
  result.outcome = obstacle(groups, result.n);
  if (result.outcome != Outcome::kOk) return result;
  std::vector<Ranked> items;
  items.reserve(result.n);
  for (std::size_t g = 0; g < groups.size(); ++g)
    for (const double value : groups[g]) items.push_back({value, g});
  std::vector<double> sums(groups.size());
  result.ties = visit_runs(items, [&](std::size_t first, std::size_t last, double rank) {
    for (std::size_t i = first; i < last; ++i) sums[items[i].index] += rank;
  });
  if (items.front().value == items.back().value) result.outcome = Outcome::kConstant;
  if (result.outcome != Outcome::kOk) return result;
  for (std::size_t g = 0; g < groups.size(); ++g) {
    result.size.push_back(groups[g].size());
    result.mean_rank.push_back(sums[g] / static_cast<double>(groups[g].size()));
  }
  return result;
}

TwoSamples compare_samples(std::span<const double> a, std::span<const double> b) {
  TwoSamples result;
  if (!all_finite(a) || !all_finite(b)) result.outcome = Outcome::kNotFinite;
  if (result.outcome == Outcome::kNotFinite || a.empty() || b.empty()) return result;
  result.a.assign(a.begin(), a.end());
  result.b.assign(b.begin(), b.end());
  std::sort(result.a.begin(), result.a.end());
  std::sort(result.b.begin(), result.b.end());
  std::size_t i = 0;
  std::size_t j = 0;
  while (i < a.size()) {
    while (j < b.size() && result.b[j] < result.a[i]) {
      const double value = result.b[j];
      result.ties += tie_term(run_at(result.b, j, value));
    }
    const double value = result.a[i];
    const auto below = static_cast<double>(j);
    const std::size_t of_a = run_at(result.a, i, value);
    const std::size_t of_b = run_at(result.b, j, value);
    result.u += static_cast<double>(of_a) * (below + static_cast<double>(of_b) / 2);
    result.ties += tie_term(of_a + of_b);
  }
  result.ties += tie_sum(std::span<const double>(result.b).subspan(j));
  const bool constant =
      std::min(result.a.front(), result.b.front()) == std::max(result.a.back(), result.b.back());
  result.outcome = constant ? Outcome::kConstant : Outcome::kOk;
  return result;
}

}  // namespace joulemark::stats
