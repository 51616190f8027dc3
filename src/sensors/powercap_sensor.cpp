// SPDX-License-Identifier: Apache-2.0
// One lock around a read: the sampler keeps counters fresh while the orchestrator takes the edges.
#include "sensors/powercap_sensor.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "host/kernel_file.h"
#include "sensors/ledger.h"

namespace joulemark::sensors {
namespace {

/// A poll's interval: fine beside the shortest update period, and rare enough to leave a core free.
constexpr Nanoseconds kPollStep = 100'000;
constexpr Nanoseconds kLongestCalibration = 300'000'000;
constexpr std::size_t kCalibrationSteps = 11;
/// Range that is assumed where the tree does not tell: 2^32 steps of 2^-16 J, the shortest known.
constexpr double kShortestRangeUj = 65536e6;
/// Reads are asked for four times in the time in which a counter can go round once.
constexpr double kReadsPerWrap = 4;

const CounterReading* find_scope(const std::vector<CounterReading>& readings,
                                 const std::string& scope) {
  for (const CounterReading& reading : readings)
    if (reading.scope == scope) return &reading;
  return nullptr;
}

Energy absent(const std::string& scope, const char* reason, std::string detail) {
  return {.scope = scope,
          .sensor = "",
          .energy_class = EnergyClass::kAbsent,
          .joules = std::nullopt,
          .uncertainty_j = std::nullopt,
          .reason = reason,
          .detail = std::move(detail)};
}

}  // namespace

PowercapSensor::PowercapSensor(std::vector<OpenZone> zones, Clock* clock)
    : clock_(clock != nullptr ? clock : &system_clock_) {
  double range_uj = 0;
  for (OpenZone& zone : zones) {
    const double modulus = zone.zone.modulus_uj;
    const double known = modulus > 0 ? modulus : kShortestRangeUj;
    range_uj = entries_.empty() ? known : std::min(range_uj, known);
    resolution_j_ = std::max(resolution_j_, zone.zone.step_j);
    Entry entry{.source = std::move(zone), .counter = WrapCounter(modulus)};
    for (std::size_t i = 0; i < entries_.size(); ++i)
      if (may_mirror(entries_[i].source.zone, entry.source.zone)) entry.equal_to.push_back(i);
    entries_.push_back(std::move(entry));
  }
  max_read_interval_s_ = range_uj * 1e-6 / kMaxPlausibleWatts / kReadsPerWrap;
}

double PowercapSensor::update_period_s() const {
  const std::lock_guard lock(mutex_);
  double longest = 0;
  for (const Entry& entry : entries_)
    if (entry.equal_to.empty() && entry.cadence.is_measured())
      longest = std::max(longest, entry.cadence.period_s());
  return longest;
}
double PowercapSensor::resolution_j() const {
  return resolution_j_;
}
double PowercapSensor::max_read_interval_s() const {
  return max_read_interval_s_;
}

std::optional<CounterReading> PowercapSensor::read_entry(Entry& entry) const {
  char buffer[64];
  CounterReading reading{.scope = entry.source.zone.scope, .t_before_ns = clock_->now()};
  const auto text = entry.source.counter.read(buffer, sizeof buffer);
  reading.t_after_ns = clock_->now();
  entry.t_ns = reading.t_after_ns;
  entry.raw_uj = text ? host::parse_number<std::uint64_t>(*text) : std::nullopt;
  if (!entry.raw_uj) return std::nullopt;
  entry.cadence.see(*entry.raw_uj, reading.t_after_ns);
  reading.joules = entry.counter.take(*entry.raw_uj, reading.t_after_ns) * 1e-6;
  return reading;
}

/// Names cannot tell whether two dies have one counter or two; values can. Two reads of one counter
/// differ by what it gains between them and by one update of it; one of them may have wrapped.
void PowercapSensor::compare_mirrors(Entry& entry) const {
  if (!entry.raw_uj || !entry.cadence.is_calibrated()) return;
  std::erase_if(entry.equal_to, [&](std::size_t index) {
    const Entry& other = entries_[index];
    if (!other.raw_uj) return false;
    const double apart_s = std::abs(to_seconds(entry.t_ns - other.t_ns)) + entry.cadence.period_s();
    const double straight_uj =
        std::abs(static_cast<double>(*entry.raw_uj) - static_cast<double>(*other.raw_uj));
    const double around_uj = entry.source.zone.modulus_uj - straight_uj;
    const double difference_uj = around_uj > 0 ? std::min(straight_uj, around_uj) : straight_uj;
    return difference_uj > apart_s * kMaxPlausibleWatts * 1e6;
  });
}

std::vector<CounterReading> PowercapSensor::read() {
  const std::lock_guard lock(mutex_);
  std::vector<CounterReading> readings;
  readings.reserve(entries_.size());
  for (Entry& entry : entries_)
    if (auto reading = read_entry(entry)) readings.push_back(std::move(*reading));
  for (Entry& entry : entries_) compare_mirrors(entry);
  return readings;
}

std::optional<std::string> PowercapSensor::mirror_of(std::size_t index) const {
  const std::lock_guard lock(mutex_);
  const Entry& entry = entries_[index];
  if (entry.equal_to.empty()) return std::nullopt;
  return entries_[entry.equal_to.front()].source.zone.scope;
}

Cadence PowercapSensor::cadence_of(std::size_t index) const {
  const std::lock_guard lock(mutex_);
  return entries_[index].cadence;
}

bool PowercapSensor::needs_steps() const {
  const std::lock_guard lock(mutex_);
  return std::any_of(entries_.begin(), entries_.end(), [](const Entry& entry) {
    return entry.raw_uj && entry.cadence.steps() < kCalibrationSteps;
  });
}

void PowercapSensor::calibrate() {
  read();
  const Nanoseconds deadline = clock_->now() + kLongestCalibration;
  while (needs_steps() && clock_->now() < deadline) {
    clock_->sleep_until(clock_->now() + kPollStep);
    read();
  }
  {
    const std::lock_guard lock(mutex_);
    for (Entry& entry : entries_) entry.cadence.calibrate();
  }
  read();
}

bool PowercapSensor::may_still_step(const std::vector<CounterReading>& since) const {
  const std::lock_guard lock(mutex_);
  return std::any_of(entries_.begin(), entries_.end(), [&](const Entry& entry) {
    const CounterReading* reading = find_scope(since, entry.source.zone.scope);
    return reading != nullptr && entry.raw_uj &&
           !entry.cadence.has_stepped_after(reading->t_after_ns) &&
           entry.cadence.hold_s() <= entry.cadence.stall_limit_s();
  });
}

void PowercapSensor::await_step(const std::vector<CounterReading>& since) {
  while (may_still_step(since)) {
    clock_->sleep_until(clock_->now() + kPollStep);
    read();
  }
}

/// Why two readings of a counter give no energy; nothing where they do.
std::optional<Energy> PowercapSensor::obstacle(const Entry& entry, const CounterReading* first,
                                               const CounterReading* last) const {
  const std::string& scope = entry.source.zone.scope;
  if (first == nullptr || last == nullptr)
    return absent(scope, "gap", "its counter could not be read at an edge of the window");
  const auto broken = entry.counter.break_between(first->t_after_ns, last->t_after_ns);
  if (broken == WrapCounter::Break::kGap)
    return absent(scope, "gap", "its counter was not read for so long that it may have gone round");
  if (broken || last->joules < first->joules)
    return absent(scope, "reset", "its counter was set back inside the window");
  const double hold_s = entry.cadence.longest_hold_s(first->t_after_ns, last->t_after_ns);
  if (hold_s > entry.cadence.stall_limit_s())
    return absent(scope, "stalled",
                  fmt::format("its counter stood still for {:.2g} s or more; run 'joulemark "
                              "doctor' to see whether it still counts",
                              hold_s));
  if (last->joules <= first->joules)
    return absent(scope, "below_resolution",
                  fmt::format("its counter is updated every {:.2g} s, and no update fell into the "
                              "window; raise --duration",
                              entry.cadence.period_s()));
  return std::nullopt;
}

Energy PowercapSensor::energy_of(const Entry& entry, const std::vector<CounterReading>& begin,
                                 const std::vector<CounterReading>& end) const {
  const std::string& scope = entry.source.zone.scope;
  const CounterReading* first = find_scope(begin, scope);
  const CounterReading* last = find_scope(end, scope);
  if (auto why = obstacle(entry, first, last)) return *std::move(why);
  const double joules = last->joules - first->joules;
  const double hold_s = entry.cadence.longest_hold_s(first->t_after_ns, last->t_after_ns);
  const EdgeError error{.joules = joules,
                        .resolution_j = entry.source.zone.step_j,
                        .update_period_s = std::max(entry.cadence.period_s(), hold_s)};
  return {.scope = scope,
          .sensor = "powercap",
          .energy_class = EnergyClass::kMeasured,
          .joules = joules,
          .uncertainty_j = counter_uncertainty_j(*first, *last, error),
          .reason = "",
          .detail = ""};
}

std::vector<Energy> PowercapSensor::energies(const std::vector<CounterReading>& begin,
                                             const std::vector<CounterReading>& end) const {
  const std::lock_guard lock(mutex_);
  std::vector<Energy> energies;
  for (const Entry& entry : entries_)
    if (entry.equal_to.empty()) energies.push_back(energy_of(entry, begin, end));
  return energies;
}

}  // namespace joulemark::sensors
