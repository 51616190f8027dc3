// SPDX-License-Identifier: Apache-2.0
// The step-wise procedures are running extremes over the sorted p-values.
#include "stats/adjust.h"

#include <algorithm>
#include <cmath>

namespace joulemark::stats {
namespace {

/// Places of the numbers in `p`, by ascending value.
std::vector<std::size_t> ascending(std::span<const double> p) {
  std::vector<std::size_t> order;
  order.reserve(p.size());
  for (std::size_t i = 0; i < p.size(); ++i)
    if (!std::isnan(p[i])) order.push_back(i);
  std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return p[a] < p[b]; });
  return order;
}

void holm(std::span<const std::size_t> order, std::vector<double>& p) {
  double running = 0;
  for (std::size_t i = 0; i < order.size(); ++i) {
    running = std::max(running, std::min(1.0, static_cast<double>(order.size() - i) * p[order[i]]));
    p[order[i]] = running;
  }
}

void benjamini_hochberg(std::span<const std::size_t> order, std::vector<double>& p) {
  const auto m = static_cast<double>(order.size());
  double running = 1;
  for (std::size_t i = order.size(); i-- > 0;) {
    running = std::min(running, m / static_cast<double>(i + 1) * p[order[i]]);
    p[order[i]] = running;
  }
}

void bonferroni(std::span<const std::size_t> order, std::vector<double>& p) {
  for (const std::size_t i : order) p[i] = std::min(1.0, static_cast<double>(order.size()) * p[i]);
}

}  // namespace

std::vector<double> adjust(std::span<const double> p, Adjustment adjustment) {
  std::vector<double> adjusted(p.begin(), p.end());
  if (adjustment == Adjustment::kNone) return adjusted;
  const std::vector<std::size_t> order = ascending(p);
  if (adjustment == Adjustment::kHolm) holm(order, adjusted);
  if (adjustment == Adjustment::kBonferroni) bonferroni(order, adjusted);
  if (adjustment == Adjustment::kBenjaminiHochberg) benjamini_hochberg(order, adjusted);
  return adjusted;
}

void adjust(PairTests& tests, Adjustment adjustment) {
  std::vector<double> p;
  p.reserve(tests.pairs.size());
  for (const PairTest& pair : tests.pairs) p.push_back(pair.p);
  const std::vector<double> adjusted = adjust(p, adjustment);
  for (std::size_t i = 0; i < adjusted.size(); ++i) tests.pairs[i].adjusted_p = adjusted[i];
}

}  // namespace joulemark::stats
