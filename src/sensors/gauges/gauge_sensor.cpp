// SPDX-License-Identifier: Apache-2.0
#include "sensors/gauges/gauge_sensor.h"

#include <algorithm>
#include <cmath>

#include "sensors/scope_reading.h"

namespace joulemark::sensors {
namespace {

constexpr double kShortestIntervalS = 0.02;
/// An instant is as good as the next one: more of them cost more than they tell.
constexpr double kInstantIntervalS = 0.1;
/// Between two readings that are further apart than this many intervals nobody knows the power.
constexpr double kGapIntervals = 5;

/// No mean is to be missed, and ticks come at random moments.
double interval_of(const PowerGauge& gauge) {
  const GaugeTiming& timing = gauge.timing;
  if (gauge.interval_s > 0) return gauge.interval_s;
  if (timing.average_s <= 0) return std::max(timing.update_s, kInstantIntervalS);
  return std::max(timing.update_s / 2, kShortestIntervalS);
}

Energy gap_of(const PowerGauge& gauge, const std::string& what) {
  const std::string why = gauge.source->failure();
  return absent_energy(gauge.scope.scope, "gap", why.empty() ? what : what + ": " + why);
}

}  // namespace

GaugeSensor::GaugeSensor(std::string name, std::vector<PowerGauge> gauges, Clock* clock)
    : name_(std::move(name)), clock_(clock != nullptr ? clock : &system_clock_) {
  // They are read one after the other, and what happened between the reads is the same for all.
  const std::string together = gauges.front().scope.scope;
  for (PowerGauge& gauge : gauges) {
    sample_interval_s_ = std::max(sample_interval_s_, gauge.sample_interval_s);
    gauge.scope.updated_by = together;
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
  double shortest = interval_of(entries_.front().gauge);
  for (const Entry& entry : entries_) shortest = std::min(shortest, interval_of(entry.gauge));
  return shortest;
}

bool GaugeSensor::read_entry(Entry& entry, Nanoseconds asked, CounterReading& reading) const {
  reading.scope = entry.gauge.scope.scope;
  reading.t_before_ns = asked;
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
  // Who waits for the answer to another thread has asked by then.
  const Nanoseconds asked = clock_->now();
  const std::lock_guard lock(mutex_);
  ReadingFiller filler(readings);
  for (Entry& entry : entries_)
    if (!read_entry(entry, asked, filler.next())) filler.drop();
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
    return gap_of(entry.gauge, "its power could not be read at an edge of the window");
  const GaugeTiming& timing = entry.gauge.timing;
  const Edges edges = edges_of(*first, *last);
  const bool slow = sample_interval_s_ > 0 || first->edge_ns != 0 || last->edge_ns != 0;
  const GaugeWindow window{.begin = slow ? edges.begin.t_after_ns : middle(*first),
                           .end = slow ? edges.end.t_before_ns : middle(*last),
                           .longest_step_s = kGapIntervals * interval_of(entry.gauge)};
  const auto energy = energy_of_window(entry.integral, timing, window);
  if (!energy)
    return gap_of(entry.gauge, "its power was not read for so long that nobody knows what it was");
  const double time_j = energy->joules / to_seconds(window.end - window.begin) *
                        std::hypot(bracket_s(*first), bracket_s(*last)) / std::sqrt(12.0);
  return {.scope = scope,
          .sensor = name_,
          .energy_class = EnergyClass::kDerived,
          .joules = energy->joules,
          .uncertainty_j = std::hypot(energy->uncertainty_j, time_j),
          .reason = "",
          .detail = "integrated from readings of its power"};
}

void GaugeSensor::await_step(const std::vector<CounterReading>& since) {
  read_on(*this, since, {.step_s = max_read_interval_s(), .memory_s = update_period_s()}, *clock_);
}

std::vector<Energy> GaugeSensor::energies(const std::vector<CounterReading>& begin,
                                          const std::vector<CounterReading>& end) const {
  const std::lock_guard lock(mutex_);
  std::vector<Energy> energies;
  for (const Entry& entry : entries_) energies.push_back(energy_of(entry, begin, end));
  return energies;
}

}  // namespace joulemark::sensors
