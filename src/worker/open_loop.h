// SPDX-License-Identifier: Apache-2.0
// A window at a fixed rate: requests come by a schedule, and each counts from its arrival.
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "base/arrivals.h"
#include "base/clock.h"
#include "joulemark/engine_abi.h"

namespace joulemark::worker {

/// One window in which requests come whether or not those before them are answered, and are served
/// one after another. A request that has to wait is no slower for it, but its user is: latencies
/// run from the scheduled arrival to the answer, so that one long call shows in all that it kept
/// waiting (Schroeder, Wierman & Harchol-Balter 2006, NSDI: open and closed systems).
class OpenLoop {
 public:
  /// Makes the schedule, and allocates and touches the memory of the window. `count` is at most
  /// kMostArrivals.
  void prepare(const Arrivals& arrivals, std::int64_t count);

  /// Calls `request(i)` for each arrival, not before it. The window ends when the schedule is over
  /// and the last request is answered. Needs prepare. Between its edges it does nothing but sleep,
  /// call and read the clock: no allocation, I/O, lock or log. While it waits it sleeps and never
  /// spins: spinning would burn the very energy that is measured, and what a sleep is too long is
  /// told by wake_late_ns. Ends at the first failing request with its status.
  jm_status run(Clock& clock, const std::function<jm_status(std::size_t)>& request);

  [[nodiscard]] std::size_t count() const { return arrivals_.size(); }

  // Of the last window that did not fail.
  [[nodiscard]] Nanoseconds t0_ns() const { return t0_ns_; }
  [[nodiscard]] Nanoseconds t1_ns() const { return t1_ns_; }
  /// When request `i` came.
  [[nodiscard]] Nanoseconds arrived_ns(std::size_t i) const { return t0_ns_ + arrivals_[i]; }
  /// From its arrival to its answer, of every request.
  [[nodiscard]] std::vector<Nanoseconds> latencies() const;
  /// In requests, all of them together.
  [[nodiscard]] Nanoseconds busy_ns() const;
  /// The most requests that had come and not begun.
  [[nodiscard]] std::int64_t queue_max() const;
  /// Mean time from the arrival of a request that found nothing else to be done to its begin: how
  /// late a sleep ends. 0 where all had to wait.
  [[nodiscard]] Nanoseconds wake_late_ns() const;

 private:
  std::vector<Nanoseconds> arrivals_;  ///< from the window's begin
  std::vector<Nanoseconds> begins_;
  std::vector<Nanoseconds> ends_;
  Nanoseconds length_ns_ = 0;  ///< of the schedule
  Nanoseconds t0_ns_ = 0;
  Nanoseconds t1_ns_ = 0;
};

}  // namespace joulemark::worker
