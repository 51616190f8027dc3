// SPDX-License-Identifier: Apache-2.0
#include "sensors/gauge_sensor.h"

#include <algorithm>
#include <cmath>

#include "sensors/ledger.h"
#include "sensors/scope_reading.h"

namespace joulemark::sensors {
namespace {

constexpr double kShortestIntervalS = 0.1;
/// Between two readings that are further apart than this many intervals nobody knows the power.
constexpr double kGapIntervals = 5;

double interval_of(const PowerGauge& gauge) {
  return std::max(gauge.update_s, kShortestIntervalS);
}

/// The readings with the window's edges in their brackets: it begins when the first was answered,
/// or later where others took longer, and ends when the last was asked for, or sooner.
struct Window {
  CounterReading begin;
  CounterReading end;
};

Window window_of(const CounterReading& first, const CounterReading& last) {
  Window window{first, last};
  window.begin.t_after_ns = std::max(first.t_after_ns, first.edge_ns);
  if (last.edge_ns > 0) window.end.t_before_ns = std::min(last.t_before_ns, last.edge_ns);
  return window;
}

/// Parts: what happened between readings, a bound that is taken as uniform; the edges, at which a
/// mean over the past, as old as the last update, stands for the present; the brackets of the
/// reads.
double uncertainty_j(const PowerGauge& gauge, const PowerIntegral::Span& span, double time_j) {
  const double between = span.half_spread_j / std::sqrt(3.0);
  const double edges = span.swing_w * (gauge.average_s / 2 + gauge.update_s) / std::sqrt(3.0);
  return std::hypot(between, edges, time_j);
}

}  // namespace

GaugeSensor::GaugeSensor(std::string name, std::vector<PowerGauge> gauges, Clock* clock)
    : name_(std::move(name)), clock_(clock != nullptr ? clock : &system_clock_) {
  for (PowerGauge& gauge : gauges) {
    sample_interval_s_ = std::max(sample_interval_s_, gauge.sample_interval_s);
    const double longest_s = kGapIntervals * interval_of(gauge);
    entries_.push_back({.gauge = std::move(gauge), .integral = PowerIntegral(longest_s)});
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

std::optional<CounterReading> GaugeSensor::read_entry(Entry& entry, Nanoseconds asked) const {
  CounterReading reading{.scope = entry.gauge.scope.scope, .t_before_ns = asked};
  const auto watts = entry.gauge.source->watts();
  reading.t_after_ns = clock_->now();
  const bool plausible =
      watts && std::isfinite(*watts) && *watts >= 0 && *watts <= entry.gauge.max_watts;
  if (!plausible) return std::nullopt;
  reading.joules = entry.integral.take(*watts, reading.t_after_ns);
  return reading;
}

std::vector<CounterReading> GaugeSensor::read() {
  // Who waits for the answer to another thread has asked by then.
  const Nanoseconds asked = clock_->now();
  const std::lock_guard lock(mutex_);
  std::vector<CounterReading> readings;
  readings.reserve(entries_.size());
  for (Entry& entry : entries_)
    if (auto reading = read_entry(entry, asked)) readings.push_back(std::move(*reading));
  return readings;
}

Energy GaugeSensor::energy_of(const Entry& entry, const std::vector<CounterReading>& begin,
                              const std::vector<CounterReading>& end) const {
  const std::string& scope = entry.gauge.scope.scope;
  const CounterReading* first = find_scope(begin, scope);
  const CounterReading* last = find_scope(end, scope);
  if (first == nullptr || last == nullptr)
    return absent_energy(scope, "gap", "its power could not be read at an edge of the window");
  const auto span = entry.integral.between(first->t_after_ns, last->t_after_ns);
  if (!span || span->has_gap)
    return absent_energy(scope, "gap",
                         "its power was not read for so long that nobody knows what it was");
  const Window window = window_of(*first, *last);
  const double outside_j = span->begin_w * to_seconds(window.begin.t_after_ns - first->t_after_ns) +
                           span->end_w * to_seconds(last->t_after_ns - window.end.t_before_ns);
  const double time_j = counter_uncertainty_j(window.begin, window.end, {.joules = span->joules});
  return {.scope = scope,
          .sensor = name_,
          .energy_class = EnergyClass::kDerived,
          .joules = std::max(0.0, span->joules - outside_j),
          .uncertainty_j = uncertainty_j(entry.gauge, *span, time_j),
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
