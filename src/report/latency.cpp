// SPDX-License-Identifier: Apache-2.0
// Bins of equal width in ln: latencies span decades and their tail matters.
#include "report/latency.h"

#include <algorithm>
#include <cmath>
#include <span>

#include "stats/descriptive.h"

namespace joulemark::report {
namespace {

constexpr double kNsPerMs = 1e6;
constexpr double kProbabilities[] = {0,   0.01, 0.05, 0.1,   0.25,   0.5, 0.75,
                                     0.9, 0.95, 0.99, 0.999, 0.9999, 1};

/// Whether `count` values say something about the quantile: at least one value lies beyond it, ten
/// for the far tail, where one value is chance.
bool supported(double p, std::int64_t count) {
  if (p == 0 || p == 1) return true;
  const double beyond = std::min(p, 1 - p) * static_cast<double>(count);
  return beyond >= (p > 0.99 ? 9.999 : 0.999);
}

void gather(const std::vector<const TrialRecord*>& trials, std::vector<double>& values) {
  values.clear();
  for (const TrialRecord* trial : trials) {
    if (trial->calls_per_record < 1) continue;
    const double scale = 1 / (kNsPerMs * static_cast<double>(trial->calls_per_record));
    for (const std::int64_t ns : trial->durations_ns) {
      if (ns > 0) values.push_back(static_cast<double>(ns) * scale);
    }
  }
}

std::vector<std::int64_t> count_bins(const std::vector<double>& values, double lo, double hi,
                                     std::size_t bins) {
  if (bins == 0 || !(hi > lo)) return {static_cast<std::int64_t>(values.size())};
  std::vector<std::int64_t> counts(bins, 0);
  const double origin = std::log(lo);
  const double per_bin = static_cast<double>(bins) / (std::log(hi) - origin);
  for (const double value : values) {
    const auto bin = static_cast<std::size_t>(std::max((std::log(value) - origin) * per_bin, 0.0));
    ++counts[std::min(bin, bins - 1)];
  }
  return counts;
}

}  // namespace

LatencyDistribution latency_distribution(const std::vector<const TrialRecord*>& trials,
                                         std::size_t bins, std::vector<double>& scratch) {
  LatencyDistribution result;
  gather(trials, scratch);
  result.count = static_cast<std::int64_t>(scratch.size());
  if (scratch.empty()) return result;
  const auto [lo, hi] = std::minmax_element(scratch.begin(), scratch.end());
  result.lo_ms = *lo;
  result.hi_ms = *hi;
  result.bins = count_bins(scratch, result.lo_ms, result.hi_ms, bins);
  std::vector<double> probabilities;
  for (const double p : kProbabilities) {
    if (supported(p, result.count)) probabilities.push_back(p);
  }
  const auto ms = stats::quantiles_in_place(std::span<double>(scratch), probabilities);
  for (std::size_t i = 0; i < ms.size(); ++i) {
    result.quantiles.emplace_back(probabilities[i], ms[i]);
  }
  return result;
}

}  // namespace joulemark::report
