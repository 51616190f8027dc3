// SPDX-License-Identifier: Apache-2.0
// The requests that come to a trial's model in its window, and whether the worker kept to them.
#pragma once

#include <cstdint>

#include "base/arrivals.h"
#include "base/clock.h"
#include "joulemark/worker_protocol.h"
#include "run/reply.h"
#include "run/trial.h"

namespace joulemark::run {

struct Load {
  Arrivals arrivals;          ///< without a rate: one after another
  std::int64_t requests = 0;  ///< at a rate: all; else: at the least
  double window_s = 0;        ///< at the least
  double windows_s = 0;       ///< of all windows: a language model has two

  [[nodiscard]] bool is_at_rate() const { return arrivals.rate > 0; }
  /// The first window's.
  [[nodiscard]] protocol::GoRequest request() const {
    return {.min_ns = to_nanoseconds(window_s), .min_iterations = requests, .arrivals = arrivals};
  }
};

/// The same for all configurations of a model and batch in a block.
Load load_of(const TrialRequest& request);

/// The protocol counts calls of the model; a language model's iteration is a request, which is a
/// call for each of its tokens.
std::int64_t iterations_for(std::int64_t calls, const ModelPrompts* prompts);

/// Whether the windows can be over in the time that is left, when a request takes `request_s`: one
/// that is asked for too much would only end at the time limit. kTimeout with what to do.
Reply<void> check_capacity(const Load& load, double request_s, double left_s);

/// Whether the worker served what it was asked for: kUnsupported when it knows no rates.
Reply<void> check_served(const Load& load, const Done& done);

/// Whether latencies are those of the schedule: requests are answered one after another, none
/// before it came or after the window. Nothing to say of a window without a rate.
Reply<void> check_latencies(const Load& load, const Done& done, const Durations& durations);

/// Adds what is known of a window at a rate alone.
void add_load(const Done& done, WindowFacts& facts);

}  // namespace joulemark::run
