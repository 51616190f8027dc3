// SPDX-License-Identifier: Apache-2.0
#include "sensors/boards/nvml_power_sensor.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "sensors/boards/board_sensor.h"
#include "sensors/gauges/gauge_window.h"
#include "sensors/ledger.h"
#include "sensors/scope_reading.h"

namespace joulemark::sensors {
namespace {

constexpr std::size_t kEnoughSteps = 11;
/// A reader that is late now and then leaves no gap.
constexpr double kLateReads = 5;
/// Milliwatts.
constexpr double kStepW = 1e-3;

/// What is known of a way to ask for power.
struct GaugeFacts {
  const char* what;
  GaugeTiming timing;
  double interval_s;  ///< between samples: more often shows nothing new, and slows the work
};

GaugeFacts facts_of(NvmlPower way) {
  switch (way) {
    case NvmlPower::kAverage:
      return {"its power, an average of 1 s", {.average_s = 1, .update_s = 0.1}, 0.5};
    case NvmlPower::kInstant:
      return {
          "its power, which is looked at for a part of each 0.1 s; a load with that period may "
          "be misread",
          {.average_s = 0.025, .update_s = 0.1},
          0.2};
    case NvmlPower::kUsage:
      break;
  }
  // Nobody knows what the average is of: it may look at little of the time, and remember a second.
  return {"its power, an average of up to 1 s",
          {.average_s = 0, .update_s = 0.1, .unsure_s = 1, .is_guessed = true},
          0.1};
}

}  // namespace

NvmlPowerSensor::NvmlPowerSensor(std::vector<NvmlBoard> boards, Clock* clock)
    : boards_(std::move(boards)),
      clock_(clock != nullptr ? clock : &system_clock_),
      gauges_(kBoardGaugesS) {
  for (const NvmlBoard& board : boards_) entries_.push_back({.board = board, .integral = {}});
}

std::vector<ScopeInfo> NvmlPowerSensor::scopes() const {
  std::vector<ScopeInfo> scopes;
  for (const NvmlBoard& board : boards_) scopes.push_back(board.scope);
  return scopes;
}

/// What an edge is off by is an update, and what the average remembers.
double NvmlPowerSensor::update_period_s() const {
  const std::lock_guard lock(mutex_);
  double longest = 0;
  for (const Entry& entry : entries_)
    longest = std::max(longest, facts_of(entry.board.power).timing.memory_s());
  return longest;
}

double NvmlPowerSensor::sample_interval_s() const {
  double shortest = facts_of(boards_.front().power).interval_s;
  for (const NvmlBoard& board : boards_)
    shortest = std::min(shortest, facts_of(board.power).interval_s);
  return shortest;
}

double NvmlPowerSensor::max_read_interval_s() const {
  return sample_interval_s();
}

std::string NvmlPowerSensor::describe(std::size_t index) const {
  const std::lock_guard lock(mutex_);
  const Cadence& cadence = entries_[index].cadence;
  const std::string& doubt = boards_[index].doubt;
  return fmt::format("{}; integrated is {}{}", doubt.empty() ? "no energy counter" : doubt,
                     facts_of(boards_[index].power).what,
                     cadence.is_measured()
                         ? fmt::format(", updated every {:.3g} ms", cadence.period_s() * 1e3)
                         : "");
}

std::vector<GaugeReading> NvmlPowerSensor::gauges() {
  if (!gauges_.is_due(clock_->now())) return {};
  gauges_.note(clock_->now());
  return gauges_of(boards_);
}

bool NvmlPowerSensor::read_entry(Entry& entry, CounterReading& reading) const {
  reading.scope = entry.board.scope.scope;
  reading.t_before_ns = clock_->now();
  const auto watts = board_watts(*entry.board.device, entry.board.power);
  reading.t_after_ns = clock_->now();
  if (!watts) return false;
  entry.cadence.see(static_cast<std::uint64_t>(*watts * 1e3), reading.t_before_ns,
                    reading.t_after_ns);
  reading.joules = entry.integral.take({.t = middle(reading), .watts = *watts, .step_w = kStepW});
  return true;
}

void NvmlPowerSensor::read_into(std::vector<CounterReading>& readings) {
  const std::lock_guard lock(mutex_);
  ReadingFiller filler(readings);
  for (Entry& entry : entries_)
    if (!read_entry(entry, filler.next())) filler.drop();
}

bool NvmlPowerSensor::needs_steps() const {
  const std::lock_guard lock(mutex_);
  return std::any_of(entries_.begin(), entries_.end(),
                     [](const Entry& entry) { return entry.cadence.steps() < kEnoughSteps; });
}

void NvmlPowerSensor::calibrate() {
  read();
  const Nanoseconds deadline = clock_->now() + kBoardPolling.longest;
  while (needs_steps() && clock_->now() < deadline) {
    clock_->sleep_until(clock_->now() + kBoardPolling.step);
    read();
  }
  const std::lock_guard lock(mutex_);
  for (Entry& entry : entries_) entry.cadence.calibrate();
}

std::optional<double> NvmlPowerSensor::watts_between(const CounterReading& begin,
                                                     const CounterReading& end) const {
  const double seconds = to_seconds(end.t_after_ns - begin.t_after_ns);
  if (seconds > kLateReads * sample_interval_s()) return std::nullopt;
  return Sensor::watts_between(begin, end);
}

Energy NvmlPowerSensor::energy_of(const Entry& entry, const std::vector<CounterReading>& begin,
                                  const std::vector<CounterReading>& end) const {
  const std::string& scope = entry.board.scope.scope;
  const CounterReading* first = find_scope(begin, scope);
  const CounterReading* last = find_scope(end, scope);
  if (first == nullptr || last == nullptr)
    return absent_energy(scope, "gap", "its power could not be read at an edge of the window");
  const GaugeFacts facts = facts_of(entry.board.power);
  const Edges edges = edges_of(*first, *last);
  const auto energy = energy_of_window(entry.integral, facts.timing,
                                       {.begin = edges.begin.t_after_ns,
                                        .end = edges.end.t_before_ns,
                                        .longest_step_s = kLateReads * facts.interval_s});
  if (!energy)
    return absent_energy(scope, "gap", "its power was not read often enough to be integrated");
  const double time_j = counter_uncertainty_j(*first, *last, {.joules = energy->joules});
  return {.scope = scope,
          .sensor = name(),
          .energy_class = EnergyClass::kDerived,
          .joules = energy->joules,
          .uncertainty_j = std::hypot(energy->uncertainty_j, time_j),
          .reason = "",
          .detail = ""};
}

void NvmlPowerSensor::await_step(const std::vector<CounterReading>& since) {
  read_on(*this, since, {.step_s = sample_interval_s(), .memory_s = update_period_s()}, *clock_);
  look_again_for_strangers(boards_);
}

std::vector<Energy> NvmlPowerSensor::energies(const std::vector<CounterReading>& begin,
                                              const std::vector<CounterReading>& end) const {
  const std::lock_guard lock(mutex_);
  std::vector<Energy> energies;
  for (const Entry& entry : entries_) energies.push_back(energy_of(entry, begin, end));
  annotate(boards_, energies);
  return energies;
}

}  // namespace joulemark::sensors
