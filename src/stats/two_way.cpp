// SPDX-License-Identifier: Apache-2.0
// Alternating means: without a gap the first sweep is the answer.
#include "stats/two_way.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace joulemark::stats {
namespace {

using Table = std::span<const std::vector<double>>;

constexpr int kMaxSweeps = 200;
constexpr double kConverged = 1e-12;

/// Mean of ln value − `offset[block]` of one treatment; NaN without values.
double mean_above(const std::vector<double>& row, const std::vector<double>& offset) {
  double sum = 0;
  double n = 0;
  for (std::size_t block = 0; block < row.size(); ++block) {
    if (!has_logarithm(row[block])) continue;
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
      if (!has_logarithm(values[i][block])) continue;
      sum[block] += std::log(values[i][block]) - treatments[i];
      n[block] += 1;
    }
  }
  for (std::size_t block = 0; block < blocks; ++block) {
    if (n[block] > 0) sum[block] /= n[block];
  }
  return sum;
}

}  // namespace

bool has_logarithm(double value) {
  return std::isfinite(value) && value > 0;
}

TwoWayFit fit_two_way(Table values) {
  TwoWayFit fit;
  fit.treatments.assign(values.size(), 0.0);
  fit.blocks.assign(values.empty() ? 0 : values.front().size(), 0.0);
  for (int sweep = 0; sweep < kMaxSweeps; ++sweep) {
    double change = 0;
    for (std::size_t i = 0; i < values.size(); ++i) {
      const double effect = mean_above(values[i], fit.blocks);
      if (std::isfinite(effect)) change = std::max(change, std::abs(effect - fit.treatments[i]));
      fit.treatments[i] = effect;
    }
    if (change < kConverged) break;
    fit.blocks = block_effects(values, fit.treatments);
  }
  return fit;
}

}  // namespace joulemark::stats
