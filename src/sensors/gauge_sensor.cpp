// SPDX-License-Identifier: Apache-2.0
#include "sensors/gauge_sensor.h"

#include <algorithm>
#include <cmath>

namespace joulemark::sensors {
namespace {

constexpr double kShortestIntervalS = 0.1;
/// Between two readings that are further apart than this many intervals nobody knows the power.
constexpr double kGapIntervals = 5;
constexpr std::size_t kMostGaps = 1000;

double interval_of(const PowerGauge& gauge) {
  return std::max(gauge.update_s, kShortestIntervalS);
}

const CounterReading* find_scope(const std::vector<CounterReading>& readings,
                                 const std::string& scope) {
  for (const CounterReading& reading : readings)
    if (reading.scope == scope) return &reading;
  return nullptr;
}

Energy absent_gap(const std::string& scope, const char* detail) {
  return {.scope = scope,
          .sensor = "",
          .energy_class = EnergyClass::kAbsent,
          .joules = std::nullopt,
          .uncertainty_j = std::nullopt,
          .reason = "gap",
          .detail = detail};
}

/// Parts: what happened between readings, a bound that is taken as uniform; the edges, at which a
/// mean over the past, as old as the last update, stands for the present.
double uncertainty_j(const PowerGauge& gauge, const CounterReading& first,
                     const CounterReading& last) {
  const double seconds = to_seconds(last.t_after_ns - first.t_after_ns);
  const double watts = seconds > 0 ? std::abs(last.joules - first.joules) / seconds : 0;
  const double between = (last.spread_j - first.spread_j) / std::sqrt(3.0);
  const double edges = watts * (gauge.average_s + gauge.update_s) / std::sqrt(6.0);
  return std::hypot(between, edges);
}

}  // namespace

GaugeSensor::GaugeSensor(std::string name, std::vector<PowerGauge> gauges, Clock* clock)
    : name_(std::move(name)), clock_(clock != nullptr ? clock : &system_clock_) {
  for (PowerGauge& gauge : gauges) entries_.push_back({.gauge = std::move(gauge)});
}

std::vector<ScopeInfo> GaugeSensor::scopes() const {
  const std::lock_guard lock(mutex_);
  std::vector<ScopeInfo> scopes;
  for (const Entry& entry : entries_) scopes.push_back(entry.gauge.scope);
  return scopes;
}

double GaugeSensor::update_period_s() const {
  const std::lock_guard lock(mutex_);
  double longest = 0;
  for (const Entry& entry : entries_)
    longest = std::max(longest, entry.gauge.update_s + entry.gauge.average_s);
  return longest;
}

double GaugeSensor::max_read_interval_s() const {
  const std::lock_guard lock(mutex_);
  double shortest = interval_of(entries_.front().gauge);
  for (const Entry& entry : entries_) shortest = std::min(shortest, interval_of(entry.gauge));
  return shortest;
}

void GaugeSensor::integrate(Entry& entry, double watts, Nanoseconds t) const {
  const double seconds = to_seconds(t - entry.t_ns);
  if (entry.watts && seconds > kGapIntervals * interval_of(entry.gauge)) {
    if (entry.gaps.size() == kMostGaps) entry.gaps.erase(entry.gaps.begin());
    entry.gaps.push_back(t);
  } else if (entry.watts) {
    entry.joules += (watts + *entry.watts) / 2 * seconds;
    entry.spread_j += std::abs(watts - *entry.watts) / 2 * seconds;
  }
  entry.watts = watts;
  entry.t_ns = t;
}

std::optional<CounterReading> GaugeSensor::read_entry(Entry& entry) const {
  CounterReading reading{.scope = entry.gauge.scope.scope, .t_before_ns = clock_->now()};
  const auto watts = entry.gauge.source->watts();
  reading.t_after_ns = clock_->now();
  const bool plausible =
      watts && std::isfinite(*watts) && *watts >= 0 && *watts <= entry.gauge.max_watts;
  if (!plausible) return std::nullopt;
  integrate(entry, *watts, reading.t_after_ns);
  reading.joules = entry.joules;
  reading.spread_j = entry.spread_j;
  return reading;
}

std::vector<CounterReading> GaugeSensor::read() {
  const std::lock_guard lock(mutex_);
  std::vector<CounterReading> readings;
  readings.reserve(entries_.size());
  for (Entry& entry : entries_)
    if (auto reading = read_entry(entry)) readings.push_back(std::move(*reading));
  return readings;
}

Energy GaugeSensor::energy_of(const Entry& entry, const std::vector<CounterReading>& begin,
                              const std::vector<CounterReading>& end) const {
  const std::string& scope = entry.gauge.scope.scope;
  const CounterReading* first = find_scope(begin, scope);
  const CounterReading* last = find_scope(end, scope);
  if (first == nullptr || last == nullptr)
    return absent_gap(scope, "its power could not be read at an edge of the window");
  const bool gap = std::any_of(entry.gaps.begin(), entry.gaps.end(), [&](Nanoseconds t) {
    return t > first->t_after_ns && t <= last->t_after_ns;
  });
  if (gap)
    return absent_gap(scope, "its power was not read for so long that nobody knows what it was");
  return {.scope = scope,
          .sensor = name_,
          .energy_class = EnergyClass::kDerived,
          .joules = last->joules - first->joules,
          .uncertainty_j = uncertainty_j(entry.gauge, *first, *last),
          .reason = "",
          .detail = "integrated from readings of its power"};
}

std::vector<Energy> GaugeSensor::energies(const std::vector<CounterReading>& begin,
                                          const std::vector<CounterReading>& end) const {
  const std::lock_guard lock(mutex_);
  std::vector<Energy> energies;
  for (const Entry& entry : entries_) energies.push_back(energy_of(entry, begin, end));
  return energies;
}

}  // namespace joulemark::sensors
