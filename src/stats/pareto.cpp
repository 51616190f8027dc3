// SPDX-License-Identifier: Apache-2.0
#include "stats/pareto.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "base/random.h"

namespace joulemark::stats {
namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
constexpr double kMostWork = 1e8;
constexpr int kFewestResamples = 100;

/// Points of all treatments, one row of objectives each; NaN where there is no value.
struct Points {
  std::size_t treatments = 0;
  std::size_t objectives = 0;
  std::vector<double> values;
  [[nodiscard]] const double* of(std::size_t treatment) const {
    return values.data() + treatment * objectives;
  }
};

bool complete(const Points& points, std::size_t treatment) {
  const double* row = points.of(treatment);
  return std::none_of(row, row + points.objectives, [](double v) { return std::isnan(v); });
}

bool dominates(const Points& points, std::size_t a, std::size_t b) {
  const double* x = points.of(a);
  const double* y = points.of(b);
  bool smaller = false;
  for (std::size_t i = 0; i < points.objectives; ++i) {
    if (!(x[i] <= y[i])) return false;
    smaller = smaller || x[i] < y[i];
  }
  return smaller;
}

std::vector<char> front_of(const Points& points) {
  std::vector<char> front(points.treatments, 0);
  for (std::size_t a = 0; a < points.treatments; ++a) {
    if (!complete(points, a)) continue;
    bool dominated = false;
    for (std::size_t b = 0; b < points.treatments && !dominated; ++b)
      dominated = b != a && complete(points, b) && dominates(points, b, a);
    front[a] = dominated ? 0 : 1;
  }
  return front;
}

using Logs = std::vector<Objective>;

Logs logs_of(std::span<const Objective> objectives) {
  Logs logs(objectives.begin(), objectives.end());
  for (Objective& objective : logs)
    for (auto& row : objective)
      for (double& value : row) value = value > 0 && std::isfinite(value) ? std::log(value) : kNaN;
  return logs;
}

double mean_over(const std::vector<double>& row, std::span<const std::size_t> blocks) {
  double sum = 0;
  double n = 0;
  for (const std::size_t block : blocks) {
    if (std::isnan(row[block])) continue;
    sum += row[block];
    n += 1;
  }
  return n > 0 ? sum / n : kNaN;
}

void fill(const Logs& logs, std::span<const std::size_t> blocks, Points& points) {
  for (std::size_t i = 0; i < points.objectives; ++i)
    for (std::size_t t = 0; t < points.treatments; ++t)
      points.values[t * points.objectives + i] = mean_over(logs[i][t], blocks);
}

int affordable(std::size_t treatments, int wanted) {
  const double pairs = static_cast<double>(treatments) * static_cast<double>(treatments);
  return static_cast<int>(std::min<double>(wanted, kMostWork / std::max(pairs, 1.0)));
}

}  // namespace

ParetoFront pareto_front(std::span<const Objective> objectives, const ParetoOptions& options) {
  ParetoFront result;
  if (objectives.empty() || objectives.front().empty()) return result;
  const Logs logs = logs_of(objectives);
  const std::size_t treatments = logs.front().size();
  const std::size_t blocks = logs.front().front().size();
  Points points{treatments, logs.size(), std::vector<double>(treatments * logs.size())};
  std::vector<std::size_t> drawn(blocks);
  for (std::size_t i = 0; i < blocks; ++i) drawn[i] = i;
  fill(logs, drawn, points);
  result.on_front = front_of(points);
  result.membership.assign(treatments, kNaN);
  if (blocks < 2) return result;
  const int resamples = affordable(treatments, options.resamples);
  if (resamples < std::min(kFewestResamples, options.resamples)) {
    result.outcome = Outcome::kTooMany;
    return result;
  }
  result.outcome = Outcome::kOk;
  std::vector<double> times(treatments, 0);
  Random random(options.seed);
  for (int i = 0; i < resamples; ++i) {
    for (std::size_t& block : drawn) block = random.below(blocks);
    fill(logs, drawn, points);
    const std::vector<char> front = front_of(points);
    for (std::size_t t = 0; t < treatments; ++t) times[t] += front[t];
  }
  for (std::size_t t = 0; t < treatments; ++t) result.membership[t] = times[t] / resamples;
  return result;
}

}  // namespace joulemark::stats
