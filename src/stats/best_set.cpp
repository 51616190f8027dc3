// SPDX-License-Identifier: Apache-2.0
// A two-way additive fit to pick the best, then paired intervals against it.
#include "stats/best_set.h"

#include <algorithm>
#include <cmath>

#include "stats/paired.h"
#include "stats/two_way.h"

namespace joulemark::stats {
namespace {

using Table = std::span<const std::vector<double>>;

std::vector<std::size_t> counts(Table values) {
  std::vector<std::size_t> result;
  for (const std::vector<double>& row : values) {
    result.push_back(
        static_cast<std::size_t>(std::count_if(row.begin(), row.end(), has_logarithm)));
  }
  return result;
}

Relation relation_of(const Interval& ratio, double margin) {
  if (!ratio.bounded()) return Relation::kUnresolved;
  if (ratio.lo > 1 + margin) return Relation::kWorse;
  if (ratio.hi <= 1 + margin && ratio.lo >= 1 / (1 + margin)) return Relation::kEquivalent;
  if (ratio.lo > 1) return Relation::kBehind;
  return Relation::kUnresolved;
}

Comparison compare(const std::vector<double>& rival, const std::vector<double>& best,
                   double level) {
  std::vector<double> numerator;
  std::vector<double> denominator;
  for (std::size_t block = 0; block < rival.size(); ++block) {
    if (!has_logarithm(rival[block]) || !has_logarithm(best[block])) continue;
    numerator.push_back(rival[block]);
    denominator.push_back(best[block]);
  }
  Comparison comparison;
  comparison.blocks = static_cast<int>(numerator.size());
  comparison.ratio = paired_ratio(numerator, denominator, level);
  return comparison;
}

Comparison to_itself(std::size_t n) {
  Comparison comparison;
  comparison.relation = Relation::kBest;
  comparison.blocks = static_cast<int>(n);
  comparison.ratio = {.estimate = 1, .lo = 1, .hi = 1, .outcome = Outcome::kConstant};
  return comparison;
}

}  // namespace

std::optional<std::size_t> best_treatment(Table values) {
  const std::vector<std::size_t> n = counts(values);
  const std::size_t most = n.empty() ? 0 : *std::max_element(n.begin(), n.end());
  if (most == 0) return std::nullopt;
  const std::vector<double> effects = fit_two_way(values).treatments;
  std::optional<std::size_t> best;
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (2 * n[i] < most) continue;
    if (!best || effects[i] < effects[*best]) best = i;
  }
  return best;
}

BestSet best_set(Table values, const BestSetOptions& options) {
  BestSet result;
  result.comparisons.resize(values.size());
  result.best = best_treatment(values);
  if (!result.best) return result;
  const std::vector<std::size_t> n = counts(values);
  const std::size_t k = options.treatments == 0 ? values.size() : options.treatments;
  const double level = bonferroni_level(options.level, k * (k - 1) / 2);
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (i == *result.best) {
      result.comparisons[i] = to_itself(n[i]);
      continue;
    }
    result.comparisons[i] = compare(values[i], values[*result.best], level);
    result.comparisons[i].relation = relation_of(result.comparisons[i].ratio, options.margin);
  }
  return result;
}

}  // namespace joulemark::stats
