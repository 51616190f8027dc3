// SPDX-License-Identifier: Apache-2.0
// Sends requests by a plan and notes what became of each.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <variant>
#include <vector>

#include "http/client.h"
#include "load/record.h"
#include "load/schedule.h"
#include "load/workload.h"

namespace joulemark::load {

/// Each of so many users asks again when it has its answer. A stall of the server keeps them all
/// from asking: the latencies of a closed loop do not show how long others would have waited.
struct ClosedLoop {
  std::int64_t concurrency = 1;
  Nanoseconds warmup = 0;
  Nanoseconds length = 0;     ///< behind the warm-up; 0: until `requests` were sent
  std::int64_t requests = 0;  ///< behind the warm-up; 0: as many as fit into `length`
};

struct OpenLoop {
  Schedule schedule;
  std::int64_t most_in_flight = 1000;  ///< requests that are due beyond it wait, and count it
};

using Plan = std::variant<ClosedLoop, OpenLoop>;

/// Each leaves a record of about 200 bytes.
inline constexpr std::int64_t kMostRequests = std::int64_t{1} << 23;

/// What the records do not say. Times on CLOCK_MONOTONIC.
struct LoadRun {
  Nanoseconds begin = 0;
  Nanoseconds window_begin = 0;  ///< the warm-up's end
  Nanoseconds window_end = 0;    ///< of a run that was ended early, or has no length: then
  Nanoseconds over = 0;          ///< when the last answer was there
  /// In the order of their ends, warm-up included. A vector would move them all in mid-run.
  std::deque<Record> records;
  /// Of the generator, for each request of the window in an open loop.
  std::vector<double> lateness_ms;
  std::int64_t held = 0;  ///< requests of the window that waited, since too many were in flight
  double longest_held_ms = 0;
  std::int64_t most_in_flight = 0;  ///< at once
  std::uint64_t connections = 0;
  bool was_interrupted = false;
  bool was_full = false;                          ///< a closed loop ended at kMostRequests
  std::optional<ToldEnergy> energy_of_each = {};  ///< as the server's metrics tell it
};

/// `client` and `workload` outlive the call, as does `stop`, which ends the run early.
LoadRun generate(http::Client& client, const Workload& workload, const Plan& plan,
                 const std::atomic<bool>& stop);

}  // namespace joulemark::load
