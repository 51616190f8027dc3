// SPDX-License-Identifier: Apache-2.0
// A two-way additive fit to pick the best, then paired intervals against it.
#include "stats/best_set.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "stats/paired.h"

namespace joulemark::stats {
namespace {

using Table = std::span<const std::vector<double>>;

constexpr int kMaxSweeps = 200;
constexpr double kConverged = 1e-12;

bool usable(double value) {
  return std::isfinite(value) && value > 0;
}

std::vector<std::size_t> counts(Table values) {
  std::vector<std::size_t> result;
  for (const std::vector<double>& row : values) {
    result.push_back(static_cast<std::size_t>(std::count_if(row.begin(), row.end(), usable)));
  }
  return result;
}

/// Mean of ln value − `offset[block]` of one treatment; NaN without values.
double mean_above(const std::vector<double>& row, const std::vector<double>& offset) {
  double sum = 0;
  double n = 0;
  for (std::size_t block = 0; block < row.size(); ++block) {
    if (!usable(row[block])) continue;
    sum += std::log(row[block]) - offset[block];
    n += 1;
  }
  return n > 0 ? sum / n : std::numeric_limits<double>::quiet_NaN();
}

/// The blocks' effects, given the treatments'.
std::vector<double> block_effects(Table values, const std::vector<double>& treatments) {
  const std::size_t blocks = values.empty() ? 0 : values.front().size();
  std::vector<double> sum(blocks, 0.0);
  std::vector<double> n(blocks, 0.0);
  for (std::size_t i = 0; i < values.size(); ++i) {
    for (std::size_t block = 0; block < blocks; ++block) {
      if (!usable(values[i][block])) continue;
      sum[block] += std::log(values[i][block]) - treatments[i];
      n[block] += 1;
    }
  }
  for (std::size_t block = 0; block < blocks; ++block) {
    if (n[block] > 0) sum[block] /= n[block];
  }
  return sum;
}

/// Least-squares treatment effects of ln value = treatment + block, by alternating means. Without a
/// gap the first sweep is the answer.
std::vector<double> treatment_effects(Table values) {
  std::vector<double> effects(values.size(), 0.0);
  std::vector<double> offset(values.empty() ? 0 : values.front().size(), 0.0);
  for (int sweep = 0; sweep < kMaxSweeps; ++sweep) {
    double change = 0;
    for (std::size_t i = 0; i < values.size(); ++i) {
      const double effect = mean_above(values[i], offset);
      if (std::isfinite(effect)) change = std::max(change, std::abs(effect - effects[i]));
      effects[i] = effect;
    }
    if (change < kConverged) break;
    offset = block_effects(values, effects);
  }
  return effects;
}

std::optional<std::size_t> pick_best(Table values) {
  const std::vector<std::size_t> n = counts(values);
  const std::size_t most = n.empty() ? 0 : *std::max_element(n.begin(), n.end());
  if (most == 0) return std::nullopt;
  const std::vector<double> effects = treatment_effects(values);
  std::optional<std::size_t> best;
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (2 * n[i] < most) continue;
    if (!best || effects[i] < effects[*best]) best = i;
  }
  return best;
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
    if (!usable(rival[block]) || !usable(best[block])) continue;
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

BestSet best_set(Table values, const BestSetOptions& options) {
  BestSet result;
  result.comparisons.resize(values.size());
  result.best = pick_best(values);
  if (!result.best) return result;
  const std::vector<std::size_t> n = counts(values);
  const double level = bonferroni_level(options.level, values.size() * (values.size() - 1) / 2);
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
