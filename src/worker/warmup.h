// SPDX-License-Identifier: Apache-2.0
// Calls the model until its times are steady, within a floor and a cap.
#pragma once

#include <cstdint>
#include <vector>

#include "worker/measure.h"
#include "worker/request.h"
#include "worker/steadiness.h"

namespace joulemark::worker {

struct WarmupResult {
  Nanoseconds t0_ns = 0;
  Nanoseconds t1_ns = 0;
  std::int64_t iterations = 0;
  bool steady = false;      ///< false: the cap ended it
  Steadiness last;          ///< of the last records
  double iteration_ns = 0;  ///< median time of a call over the last records
};

/// Runs until min_ns and min_iterations are reached and the last records are steady, or max_ns is
/// reached (whatever else); at least one call. Calls are grouped into records of at least a
/// fortieth of min_ns, so that the rule looks at half the floor's time or more.
/// The failing call's status otherwise.
jm_status warm_up(const Subject& subject, const WarmupRequest& request, WarmupResult& result);

/// The same over a language model's requests, one after another and again from the first. An
/// iteration is a request; the rule looks at the steps behind each first token (StepHistory), or at
/// whole requests where there are none.
jm_status warm_up_text(const TextSubject& subject, const std::vector<TextRequest>& requests,
                       const WarmupRequest& request, WarmupResult& result);

}  // namespace joulemark::worker
