// SPDX-License-Identifier: Apache-2.0
// What the loop (measure.cpp) need not know while it runs is computed from the records behind it.
#include "worker/open_loop.h"

#include <sys/prctl.h>

#include <algorithm>
#include <numeric>

namespace joulemark::worker {
namespace {

/// By default the kernel may end a sleep 50 µs late, to wake less often.
void wake_promptly() {
  prctl(PR_SET_TIMERSLACK, 1UL, 0, 0, 0);
}

}  // namespace

void OpenLoop::prepare(const Arrivals& arrivals, std::int64_t count) {
  arrivals_ = arrival_times(arrivals, count);
  length_ns_ = schedule_length(arrivals.rate, count);
  // Assigning touches every page, so that no record waits for one.
  begins_.assign(arrivals_.size(), 0);
  ends_.assign(arrivals_.size(), 0);
  t0_ns_ = t1_ns_ = 0;
  wake_promptly();
}

std::vector<Nanoseconds> OpenLoop::latencies() const {
  std::vector<Nanoseconds> all(count());
  for (std::size_t i = 0; i < all.size(); ++i) all[i] = ends_[i] - arrived_ns(i);
  return all;
}

Nanoseconds OpenLoop::busy_ns() const {
  return std::transform_reduce(ends_.begin(), ends_.end(), begins_.begin(), Nanoseconds{0},
                               std::plus<>(), std::minus<>());
}

std::int64_t OpenLoop::queue_max() const {
  // The queue is longest when a request ends, right before the next one begins.
  std::size_t most = 0;
  std::size_t arrived = 0;
  for (std::size_t i = 0; i < count(); ++i) {
    while (arrived < count() && arrived_ns(arrived) <= ends_[i]) ++arrived;
    most = std::max(most, arrived - std::min(arrived, i + 1));
  }
  return static_cast<std::int64_t>(most);
}

Nanoseconds OpenLoop::wake_late_ns() const {
  Nanoseconds sum = 0;
  Nanoseconds woken = 0;
  for (std::size_t i = 0; i < count(); ++i) {
    if (i > 0 && ends_[i - 1] >= arrived_ns(i)) continue;
    sum += begins_[i] - arrived_ns(i);
    ++woken;
  }
  return woken == 0 ? 0 : sum / woken;
}

}  // namespace joulemark::worker
