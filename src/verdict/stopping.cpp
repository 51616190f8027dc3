// SPDX-License-Identifier: Apache-2.0
#include "verdict/stopping.h"

#include <cmath>

#include "stats/best_set.h"
#include "stats/mean_interval.h"
#include "stats/paired.h"
#include "stats/two_way.h"

namespace joulemark::verdict {
namespace {

using Row = std::vector<double>;

bool is_narrow(const stats::Interval& of_logs, double precision) {
  return of_logs.bounded() && of_logs.hi - of_logs.lo <= 2 * std::log1p(precision);
}

Row logs_of(const Row& row) {
  Row logs;
  for (const double value : row)
    if (stats::has_logarithm(value)) logs.push_back(std::log(value));
  return logs;
}

/// ln of the ratios in the blocks that both have.
Row log_ratios(const Row& a, const Row& b) {
  Row ratios;
  for (std::size_t block = 0; block < a.size(); ++block)
    if (stats::has_logarithm(a[block]) && stats::has_logarithm(b[block]))
      ratios.push_back(std::log(a[block]) - std::log(b[block]));
  return ratios;
}

}  // namespace

bool is_precise(std::span<const Row> values, const Precision& asked) {
  const stats::BestSet set =
      stats::best_set(values, {.margin = asked.margin, .treatments = asked.treatments});
  if (!set.best) return false;
  const Row best = logs_of(values[*set.best]);
  if (!is_narrow(stats::mean_interval(best), asked.precision)) return false;
  for (std::size_t i = 0; i < values.size(); ++i) {
    const bool is_out = set.comparisons[i].relation == stats::Relation::kWorse;
    if (i == *set.best || is_out || 2 * logs_of(values[i]).size() < best.size()) continue;
    const Row ratios = log_ratios(values[i], values[*set.best]);
    if (!is_narrow(stats::mean_interval(ratios), asked.precision)) return false;
  }
  return true;
}

}  // namespace joulemark::verdict
