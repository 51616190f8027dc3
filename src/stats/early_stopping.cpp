// SPDX-License-Identifier: Apache-2.0
// Bisections of the binomial tail, which falls with queries and rises with those above the bound.
#include "stats/early_stopping.h"

#include <algorithm>
#include <cassert>
#include <functional>
#include <vector>

#include "stats/descriptive.h"
#include "stats/distribution.h"

namespace joulemark::stats {

bool may_stop(std::size_t queries, std::size_t over_latency, const EarlyStoppingOptions& options) {
  const double kept = options.percentile - options.tolerance;
  assert(kept > 0 && kept < 1 && options.confidence > 0 && options.confidence < 1);
  if (over_latency >= queries) return false;
  return binomial_at_least(queries, kept, queries - over_latency) < 1 - options.confidence;
}

std::size_t queries_needed(std::size_t over_latency, const EarlyStoppingOptions& options) {
  std::size_t low = over_latency;
  std::size_t high = over_latency + 1;
  while (!may_stop(high, over_latency, options)) {
    low = high;
    high *= 2;
  }
  while (high - low > 1) {
    const std::size_t middle = low + (high - low) / 2;
    (may_stop(middle, over_latency, options) ? high : low) = middle;
  }
  return high;
}

PercentileEstimate conservative_percentile(std::span<const double> latencies,
                                           const EarlyStoppingOptions& options) {
  PercentileEstimate estimate;
  estimate.outcome = Outcome::kNotFinite;
  if (!all_finite(latencies)) return estimate;
  estimate.outcome = Outcome::kTooFew;
  const std::size_t n = latencies.size();
  if (!may_stop(n, 1, options)) return estimate;
  std::size_t low = 1;
  std::size_t high = n;
  while (high - low > 1) {
    const std::size_t middle = low + (high - low) / 2;
    (may_stop(n, middle, options) ? low : high) = middle;
  }
  std::vector<double> copy(latencies.begin(), latencies.end());
  const auto place = copy.begin() + static_cast<std::ptrdiff_t>(low - 1);
  std::nth_element(copy.begin(), place, copy.end(), std::greater<>());
  estimate.value = *place;
  estimate.discarded = low - 1;
  estimate.outcome = Outcome::kOk;
  return estimate;
}

}  // namespace joulemark::stats
