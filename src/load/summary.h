// SPDX-License-Identifier: Apache-2.0
// From the records of a run to what is told of it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "load/generator.h"
#include "load/limits.h"
#include "stats/interval.h"

namespace joulemark::load {

/// One percentile for each of kPercentiles.
inline constexpr double kPercentiles[] = {0.5, 0.9, 0.95, 0.99};

struct Distribution {
  std::string key;    ///< "ttft_ms"
  std::string title;  ///< "time to first token"
  std::size_t count = 0;
  double mean = 0;
  double most = 0;
  std::vector<stats::Interval> percentiles = {};
};

struct Failures {
  std::string kind;
  std::int64_t count = 0;
  std::string first = {};  ///< the first message
};

/// Good answers that keep all limits.
struct Goodput {
  std::vector<Limit> limits;
  double per_s = 0;
  double share = 0;  ///< of the window's requests, those that failed included
};

struct EnergySummary {
  std::int64_t requests = 0;  ///< whose answer had joules; 0: the metrics told them, or nobody
  std::optional<double> joules_per_request = {};
  std::string method = {};
  std::string reason = {};  ///< why there are none; empty where there are
};

enum class LoopKind { kClosed, kOpen };

/// Requests of the window are those that were due in it, wherever they ended; rates count answers
/// that ended in it.
struct Summary {
  LoopKind loop = LoopKind::kClosed;
  bool was_interrupted = false;
  bool was_full = false;
  double window_s = 0;
  std::int64_t requests = 0;  ///< of the window, abandoned ones left out
  std::int64_t good = 0;
  std::int64_t abandoned = 0;
  double offered_per_s = 0;    ///< of an open loop
  stats::Interval throughput;  ///< good answers per second
  double drift = 0;            ///< by how much later requests wait longer: seconds per second
  double new_tokens_per_s = 0;
  std::int64_t prompt_tokens = 0, new_tokens = 0;  ///< of good answers of the window
  std::int64_t parts = 0;                          ///< of streams that brought them; 0: no stream
  std::vector<Distribution> distributions = {};    ///< of good answers of the window
  std::optional<Goodput> goodput = {};
  std::vector<Failures> failures = {};
  std::int64_t unequal = 0, unknown = 0;  ///< good answers by Work
  std::string first_difference = {};
  EnergySummary energy = {};
  double late_p50_ms = 0, late_p99_ms = 0, late_most_ms = 0;  ///< of the generator
  std::int64_t held = 0;
  double longest_held_ms = 0;
  std::int64_t most_in_flight = 0;
  std::uint64_t connections = 0;
};

/// How the intervals were made, for people.
inline constexpr const char* kIntervalMethod =
    "95 % intervals: percentiles by a bootstrap of whole blocks of successive requests, throughput "
    "by Student's t over ten parts of the window";

Summary summarize(const LoadRun& run, const std::vector<Limit>& limits, LoopKind kind);

struct Caveat {
  std::string code;
  std::string text;
};
std::vector<Caveat> caveats_of(const Summary& summary);

}  // namespace joulemark::load
