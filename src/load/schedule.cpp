// SPDX-License-Identifier: Apache-2.0
#include "load/schedule.h"

#include <fmt/format.h>

#include <algorithm>

namespace joulemark::load {
namespace {

/// Which part of a run a schedule is for: each is drawn from numbers of its own.
constexpr int kWindow = 1;
constexpr int kWarmup = 2;

void append(Schedule& schedule, Arrivals arrivals, std::int64_t count, int part) {
  arrivals.seed = arrival_seed(arrivals.seed, part);
  for (const Nanoseconds at : arrival_times(arrivals, count))
    schedule.arrivals.push_back({.at = schedule.length + at});
  schedule.length += schedule_length(arrivals.rate, count);
}

}  // namespace

bool Schedule::sizes_prompts() const {
  return std::any_of(arrivals.begin(), arrivals.end(),
                     [](const Arrival& arrival) { return arrival.wish.prompt_tokens.has_value(); });
}

Result<Schedule> schedule_at_rate(const RateOptions& options) {
  const double rate = options.arrivals.rate;
  const std::int64_t count =
      options.requests > 0 ? options.requests
                           : request_count(rate, {.min_ns = to_nanoseconds(options.duration_s)});
  const std::int64_t before =
      options.warmup_s > 0 ? request_count(rate, {.min_ns = to_nanoseconds(options.warmup_s)}) : 0;
  if (!is_possible_schedule(rate, count + before))
    return fail(ErrorKind::kUsage,
                fmt::format("a run of {} requests at {:g} per second is too large: at most {} "
                            "requests and {:g} s are possible; shorten --duration or --requests",
                            count + before, rate, kMostArrivals, kLongestScheduleS));
  Schedule schedule;
  schedule.arrivals.reserve(static_cast<std::size_t>(count + before));
  if (before > 0) append(schedule, options.arrivals, before, kWarmup);
  schedule.warmup = schedule.length;
  append(schedule, options.arrivals, count, kWindow);
  return schedule;
}

}  // namespace joulemark::load
