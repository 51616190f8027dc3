// SPDX-License-Identifier: Apache-2.0
// The open loop: when each request is due, whatever became of those before it.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/arrivals.h"
#include "base/error.h"
#include "load/workload.h"

namespace joulemark::load {

/// A request of an open loop.
struct Arrival {
  Nanoseconds at = 0;  ///< from the run's begin
  Wish wish = {};
};

/// In ascending order. Requests due before `warmup` warm up.
struct Schedule {
  std::vector<Arrival> arrivals;
  Nanoseconds warmup = 0;
  Nanoseconds length = 0;  ///< the warm-up included

  /// Whether a request says how long its prompt is.
  [[nodiscard]] bool sizes_prompts() const;
};

struct RateOptions {
  Arrivals arrivals = {};  ///< rate > 0
  double warmup_s = 0;
  double duration_s = 0;      ///< behind the warm-up; 0: as long as `requests` take
  std::int64_t requests = 0;  ///< behind the warm-up; 0: as many as come in `duration_s`
};

/// Warm-up and window have schedules of their own, so that the window's rate is exact. kUsage when
/// there are more than kMostArrivals or it is longer than kLongestScheduleS.
Result<Schedule> schedule_at_rate(const RateOptions& options);

/// Of a file: CSV with a head, or JSON lines; `arrival_s` is required, `prompt_tokens` and
/// `new_tokens` may be there; other columns are passed over. The first arrival's time is kept: a
/// trace that begins at 3600 s begins late. kUsage: no such file, no column, a number that is none,
/// negative or not finite; arrivals that do not ascend; none.
Result<Schedule> schedule_of_trace(const std::string& path, double warmup_s);

}  // namespace joulemark::load
