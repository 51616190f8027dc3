// SPDX-License-Identifier: Apache-2.0
#include "sensors/gauge_sensor.h"

#include <algorithm>
#include <cmath>

#include "sensors/ledger.h"
#include "sensors/scope_reading.h"

namespace joulemark::sensors {
namespace {

constexpr double kShortestIntervalS = 0.02;
/// An instant is as good as the next one: more of them cost more than they tell.
constexpr double kInstantIntervalS = 0.1;
/// Between two readings that are further apart than this many intervals nobody knows the power.
constexpr double kGapIntervals = 5;

/// No mean is to be missed, and ticks come at random moments.
double interval_of(const GaugeTiming& timing) {
  if (timing.average_s <= 0) return std::max(timing.update_s, kInstantIntervalS);
  return std::max(timing.update_s / 2, kShortestIntervalS);
}

Nanoseconds middle(const CounterReading& reading) {
  return reading.t_before_ns + (reading.t_after_ns - reading.t_before_ns) / 2;
}

}  // namespace

GaugeSensor::GaugeSensor(std::string name, std::vector<PowerGauge> gauges, Clock* clock)
    : name_(std::move(name)), clock_(clock != nullptr ? clock : &system_clock_) {
  // They are read one after the other, and what happened between the reads is the same for all.
  for (PowerGauge& gauge : gauges) {
    gauge.scope.updated_by = name_;
    entries_.push_back({.gauge = std::move(gauge), .integral = {}});
  }
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
  for (const Entry& entry : entries_) longest = std::max(longest, entry.gauge.timing.memory_s());
  return longest;
}

double GaugeSensor::max_read_interval_s() const {
  const std::lock_guard lock(mutex_);
  double shortest = interval_of(entries_.front().gauge.timing);
  for (const Entry& entry : entries_)
    shortest = std::min(shortest, interval_of(entry.gauge.timing));
  return shortest;
}

bool GaugeSensor::read_entry(Entry& entry, CounterReading& reading) const {
  reading.scope = entry.gauge.scope.scope;
  reading.t_before_ns = clock_->now();
  const auto watts = entry.gauge.source->watts();
  reading.t_after_ns = clock_->now();
  const bool plausible =
      watts && std::isfinite(*watts) && *watts >= 0 && *watts <= entry.gauge.max_watts;
  if (!plausible) return false;
  reading.joules = entry.integral.take(
      {.t = middle(reading), .watts = *watts, .step_w = entry.gauge.source->step_w()});
  return true;
}

void GaugeSensor::read_into(std::vector<CounterReading>& readings) {
  const std::lock_guard lock(mutex_);
  ReadingFiller filler(readings);
  for (Entry& entry : entries_)
    if (!read_entry(entry, filler.next())) filler.drop();
}

std::optional<double> GaugeSensor::watts_between(const CounterReading& begin,
                                                 const CounterReading& end) const {
  const double seconds = to_seconds(end.t_after_ns - begin.t_after_ns);
  if (seconds > kGapIntervals * max_read_interval_s()) return std::nullopt;
  return Sensor::watts_between(begin, end);
}

Energy GaugeSensor::energy_of(const Entry& entry, const std::vector<CounterReading>& begin,
                              const std::vector<CounterReading>& end) const {
  const std::string& scope = entry.gauge.scope.scope;
  const CounterReading* first = find_scope(begin, scope);
  const CounterReading* last = find_scope(end, scope);
  if (first == nullptr || last == nullptr)
    return absent_energy(scope, "gap", "its power could not be read at an edge of the window");
  const GaugeTiming& timing = entry.gauge.timing;
  const auto energy = energy_of_window(entry.integral, timing,
                                       {.begin = middle(*first),
                                        .end = middle(*last),
                                        .longest_step_s = kGapIntervals * interval_of(timing)});
  if (!energy)
    return absent_energy(scope, "gap",
                         "its power was not read for so long that nobody knows what it was");
  const double time_j = counter_uncertainty_j(*first, *last, {.joules = energy->joules});
  return {.scope = scope,
          .sensor = name_,
          .energy_class = EnergyClass::kDerived,
          .joules = energy->joules,
          .uncertainty_j = std::hypot(energy->uncertainty_j, time_j),
          .reason = "",
          .detail = "integrated from readings of its power"};
}

void GaugeSensor::await_step(const std::vector<CounterReading>& since) {
  const double memory_s = update_period_s();
  const Nanoseconds step = to_nanoseconds(max_read_interval_s());
  for (const CounterReading& reading : since) {
    const Nanoseconds until = reading.t_after_ns + to_nanoseconds(memory_s);
    while (clock_->now() < until) {
      clock_->sleep_until(std::min(until, clock_->now() + step));
      read();
    }
  }
}

std::vector<Energy> GaugeSensor::energies(const std::vector<CounterReading>& begin,
                                          const std::vector<CounterReading>& end) const {
  const std::lock_guard lock(mutex_);
  std::vector<Energy> energies;
  for (const Entry& entry : entries_) energies.push_back(energy_of(entry, begin, end));
  return energies;
}

}  // namespace joulemark::sensors
