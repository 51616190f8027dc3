// SPDX-License-Identifier: Apache-2.0
// How many queries a statement about a latency percentile needs, as MLPerf Inference decides it.
#pragma once

#include <cstddef>
#include <limits>
#include <span>

#include "stats/outcome.h"

namespace joulemark::stats {

/// The criterion of MLPerf Inference's rules (mlcommons/inference_policies, inference_rules.adoc,
/// appendix "Early Stopping"): if only a share `percentile − tolerance` of all queries kept the
/// bound, what was seen would have a probability of at most 1 − confidence.
struct EarlyStoppingOptions {
  double percentile = 0.99;  ///< the share of queries that must keep the bound, in (0, 1)
  double confidence = 0.99;
  double tolerance = 0;
};

/// Whether `queries`, of which `over_latency` exceeded the bound, show that the percentile keeps
/// it: P(X ≤ over_latency) < 1 − confidence for X binomial of `queries` draws with probability 1 −
/// percentile + tolerance.
bool may_stop(std::size_t queries, std::size_t over_latency,
              const EarlyStoppingOptions& options = {});

/// The fewest queries for which may_stop holds with `over_latency` of them above the bound.
std::size_t queries_needed(std::size_t over_latency, const EarlyStoppingOptions& options = {});

/// An upper estimate of a percentile.
struct PercentileEstimate {
  double value = std::numeric_limits<double>::quiet_NaN();
  std::size_t discarded = 0;  ///< how many greater latencies were left out
  Outcome outcome = Outcome::kTooFew;
};

/// The percentile as MLPerf's single-stream scenario reports it: the t-th greatest latency for the
/// greatest t that n queries allow, queries_needed(t) ≤ n; t − 1 greater ones are left out. Fewer
/// than queries_needed(1), which is 64 for the 90th percentile and 662 for the 99th: kTooFew.
/// NaN or infinity: kNotFinite.
PercentileEstimate conservative_percentile(std::span<const double> latencies,
                                           const EarlyStoppingOptions& options = {});

}  // namespace joulemark::stats
