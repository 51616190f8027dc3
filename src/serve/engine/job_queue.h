// SPDX-License-Identifier: Apache-2.0
// Where jobs wait for the engine, in the order in which they came.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <mutex>
#include <vector>

#include "base/clock.h"
#include "serve/engine/joining.h"

namespace joulemark::serve {

/// How jobs become batches.
struct BatchRule {
  std::size_t max_waiting = 128;  ///< jobs
  std::int64_t max_rows = 1;      ///< of a batch; a text is one
  Nanoseconds max_delay = 0;      ///< after which the job that waits longest waits for no others
};

/// What is to be done now.
struct Pick {
  std::vector<std::size_t> places;  ///< of the jobs that make the next batch, in order
  /// Not 0: there is room for more, and the batch may wait for them until then.
  Nanoseconds wait_until = 0;
};

/// The job that waits longest, and those behind it that fit. `waiting` is not empty.
Pick pick_batch(const std::deque<Job>& waiting, const Joining& joining, const BatchRule& rule,
                Nanoseconds now);

struct Taken {
  std::vector<Job> batch;
  std::vector<Job> over;  ///< whose time limit has passed, or whose client has gone
};

/// Filled from any thread, emptied by the engine's.
class JobQueue {
 public:
  explicit JobQueue(const BatchRule& rule) : rule_(rule) {}

  Admission put(Job job);
  /// Waits for the next batch, none of whose jobs is over, or for jobs that are. Nothing of either:
  /// the queue is closed and empty.
  Taken take(const Joining& joining);
  /// The waiting jobs that are over. Looks at them every now and then only, because each costs a
  /// lock.
  std::vector<Job> take_over(Nanoseconds now);
  /// Nothing is taken any more, and nobody waits for more jobs.
  void close();
  [[nodiscard]] std::size_t size() const;

 private:
  std::vector<Job> move_over(Nanoseconds now);

  const BatchRule rule_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Job> waiting_;
  Nanoseconds looked_ = 0;  ///< when all jobs were looked at
  bool is_closed_ = false;
};

}  // namespace joulemark::serve
