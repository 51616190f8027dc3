// SPDX-License-Identifier: Apache-2.0
// The schedule of a window at a fixed rate: how many requests come, and when.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "joulemark/worker_protocol.h"

namespace joulemark {

using protocol::ArrivalKind;
using protocol::Arrivals;

inline constexpr std::int64_t kMostArrivals = std::int64_t{1} << 20;
inline constexpr double kLongestScheduleS = 86400;

/// What a window at a rate has to hold.
struct ScheduleNeeds {
  Nanoseconds min_ns = 0;
  std::int64_t min_requests = 1;
  std::int64_t in_a_pass = 1;  ///< only whole multiples of it are the same work; at least 1
};

/// How many requests come: as many as `rate` asks for in min_ns, at least min_requests, and whole
/// passes. May exceed kMostArrivals. `rate` > 0.
std::int64_t request_count(double rate, const ScheduleNeeds& needs);

/// Whether it has at most kMostArrivals and is at most kLongestScheduleS long.
bool is_possible_schedule(double rate, std::int64_t count);

/// How long a schedule of so many requests is: count / rate, so that the offered rate is exact.
Nanoseconds schedule_length(double rate, std::int64_t count);

/// `count` times from the window's begin, ascending, in [0, schedule_length). Uniform: one in the
/// middle of each of `count` equal parts. Poisson: what a Poisson process is when so many of its
/// events fall into that time, so that every window holds the same work. That is exponential gaps,
/// one before each event and one behind the last, scaled to fill the time (Devroye 1986,
/// Non-Uniform Random Variate Generation, V.2.2). The schedule is a possible one.
std::vector<Nanoseconds> arrival_times(const Arrivals& arrivals, std::int64_t count);

/// The seed of a block's schedule: the same for all its configurations.
std::uint64_t arrival_seed(std::uint64_t experiment_seed, int block);

/// Of "poisson" and "uniform"; kPoisson for any other word.
ArrivalKind arrival_kind(std::string_view name);
const char* to_string(ArrivalKind kind);

}  // namespace joulemark
