// SPDX-License-Identifier: Apache-2.0
#include "base/arrivals.h"

#include <algorithm>
#include <cmath>

#include "base/random.h"

namespace joulemark {
namespace {

/// Orders of trials and generated inputs are drawn from the experiment's seed too.
constexpr std::uint64_t kStream = 0x6172726976616c73;  // "arrivals"
/// Beyond what anybody asks for, and far from where a double cannot count any more.
constexpr double kMostCounted = 1e15;

double exponential(Random& random) {
  return -std::log1p(-random.uniform());
}

/// As parts of the schedule's length.
std::vector<double> poisson_places(std::uint64_t seed, std::size_t count) {
  Random random(seed);
  std::vector<double> places(count);
  double sum = 0;
  for (double& place : places) place = sum += exponential(random);
  const double whole = sum + exponential(random);
  for (double& place : places) place /= whole;
  return places;
}

std::vector<double> uniform_places(std::size_t count) {
  std::vector<double> places(count);
  for (std::size_t i = 0; i < count; ++i)
    places[i] = (static_cast<double>(i) + 0.5) / static_cast<double>(count);
  return places;
}

}  // namespace

std::int64_t request_count(double rate, const ScheduleNeeds& needs) {
  // 5/s for 2 s is 10 requests, although 0.1 × 10 may be a little more than 1.
  constexpr double kRounding = 1e-9;
  const double by_time = std::ceil(rate * to_seconds(needs.min_ns) * (1 - kRounding));
  const double least = std::max({by_time, static_cast<double>(needs.min_requests), 1.0});
  const auto wanted = static_cast<std::int64_t>(std::min(least, kMostCounted));
  return (wanted + needs.in_a_pass - 1) / needs.in_a_pass * needs.in_a_pass;
}

bool is_possible_schedule(double rate, std::int64_t count) {
  return count <= kMostArrivals && static_cast<double>(count) <= kLongestScheduleS * rate;
}

Nanoseconds schedule_length(double rate, std::int64_t count) {
  return to_nanoseconds(static_cast<double>(count) / rate);
}

std::vector<Nanoseconds> arrival_times(const Arrivals& arrivals, std::int64_t count) {
  const auto size = static_cast<std::size_t>(count);
  const auto places = arrivals.kind == ArrivalKind::kUniform ? uniform_places(size)
                                                             : poisson_places(arrivals.seed, size);
  const auto length = static_cast<double>(schedule_length(arrivals.rate, count));
  std::vector<Nanoseconds> times;
  times.reserve(size);
  for (const double place : places) times.push_back(static_cast<Nanoseconds>(place * length));
  return times;
}

std::uint64_t arrival_seed(std::uint64_t experiment_seed, int block) {
  // Half of a seed's range: a signed integer holds it in every reader of JSON.
  return Random(experiment_seed ^ kStream, static_cast<std::uint64_t>(block)).next() >> 1;
}

ArrivalKind arrival_kind(std::string_view name) {
  return name == to_string(ArrivalKind::kUniform) ? ArrivalKind::kUniform : ArrivalKind::kPoisson;
}

const char* to_string(ArrivalKind kind) {
  return protocol::kArrivalNames[static_cast<std::size_t>(kind)];
}

}  // namespace joulemark
