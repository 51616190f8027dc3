// SPDX-License-Identifier: Apache-2.0
// The warm-up of a trial: the worker until its times are steady, then until the machine is.
#pragma once

#include <cstdint>
#include <string>

#include "base/clock.h"
#include "joulemark/experiment.h"
#include "joulemark/window_fact.h"
#include "joulemark/worker_protocol.h"
#include "run/reply.h"
#include "run/trial.h"
#include "run/worker_client.h"

namespace joulemark::run {

/// All stretches of a warm-up.
struct WarmedUp {
  Nanoseconds t0_ns = 0;
  Nanoseconds t1_ns = 0;
  std::int64_t iterations = 0;
  double iteration_ns = 0;  ///< typical time of an iteration; 0: not told
  bool steady = false;      ///< times, temperature, clocks, and nothing throttled
  WindowFacts facts = {};   ///< those of warm-ups
};

/// Lets the worker warm up as `request` says. While the machine has not settled (Settling) after
/// the times have, asks for further stretches, as long as `request.max_ns` allows. The machine is
/// looked at before and after each, for a second at least where the cap allows it (half the cap
/// otherwise), for 30 s where it leaves them. A machine that tells neither temperature nor clocks
/// is not waited for. The boards' clocks count unless the provider is "cpu".
Reply<WarmedUp> warm_up(WorkerClient& client, const protocol::WarmupRequest& request,
                        const TrialWorld& world, const std::string& provider);

/// The protocol's cap, or what `left` of the time limit leaves when the window and a tenth of the
/// limit are set aside; never less than the floor.
Nanoseconds longest_warmup(const Protocol& protocol, double window_s, Nanoseconds left);

}  // namespace joulemark::run
