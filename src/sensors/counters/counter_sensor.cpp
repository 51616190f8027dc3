// SPDX-License-Identifier: Apache-2.0
// One lock around a read: the sampler keeps counters fresh while the orchestrator takes the edges.
#include "sensors/counters/counter_sensor.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "sensors/ledger.h"
#include "sensors/scope_reading.h"

namespace joulemark::sensors {
namespace {

/// A poll's interval: fine beside the shortest update period, and rare enough to leave a core free.
constexpr Nanoseconds kPollStep = 100'000;
constexpr std::size_t kCalibrationSteps = 11;
constexpr Nanoseconds kQuickStep = 4'000'000;
/// Nobody waits for the step of a slower counter before a window.
constexpr double kLongestAwaitedPeriodS = 0.01;
/// Two tell the power between them.
constexpr std::size_t kAwaitedSteps = 2;
/// Range that is assumed where nobody tells: 2^32 steps of 2^-16 J, the shortest known.
constexpr double kShortestRangeJ = 65536;
/// Reads are asked for four times in the time in which a counter can go round once.
constexpr double kReadsPerWrap = 4;

/// Between its readings and the edges of the window, where it was read outside.
double seconds_outside(const CounterReading& first, const CounterReading& last) {
  const Edges edges = edges_of(first, last);
  return to_seconds(edges.begin.t_after_ns - first.t_after_ns) +
         to_seconds(last.t_before_ns - edges.end.t_before_ns);
}

}  // namespace

bool may_mirror(const ScopeInfo& a, const ScopeInfo& b) {
  const auto number = [](const ScopeInfo& scope) {
    return scope.device.substr(0, scope.device.find('-'));
  };
  return a.domain == b.domain && !a.device.empty() && a.device != b.device &&
         number(a) == number(b);
}

CounterSensor::CounterSensor(std::string name, std::vector<Counter> counters, Clock* clock)
    : name_(std::move(name)), clock_(clock != nullptr ? clock : &system_clock_) {
  for (Counter& counter : counters) {
    const CounterRange range = counter.range;
    Entry entry{.source = std::move(counter), .counter = WrapCounter(range)};
    for (std::size_t i = 0; i < entries_.size(); ++i)
      if (may_mirror(entries_[i].source.scope, entry.source.scope)) entry.equal_to.push_back(i);
    entries_.push_back(std::move(entry));
  }
  set_limits();
}

void CounterSensor::set_limits() {
  resolution_j_ = 0;
  max_read_interval_s_ = std::numeric_limits<double>::infinity();
  for (const Entry& entry : entries_) {
    const CounterRange& range = entry.source.range;
    const double range_j = range.modulus > 0 ? range.modulus * range.unit_j : kShortestRangeJ;
    max_read_interval_s_ =
        std::min(max_read_interval_s_, range_j / range.max_watts / kReadsPerWrap);
    resolution_j_ = std::max(resolution_j_, entry.source.step_j);
  }
}

std::vector<ScopeInfo> CounterSensor::scopes() const {
  const std::lock_guard lock(mutex_);
  std::vector<ScopeInfo> scopes;
  for (const Entry& entry : entries_)
    if (entry.equal_to.empty()) scopes.push_back(entry.source.scope);
  return scopes;
}

double CounterSensor::update_period_s() const {
  const std::lock_guard lock(mutex_);
  double longest = 0;
  for (const Entry& entry : entries_)
    if (entry.equal_to.empty() && entry.cadence.is_measured())
      longest = std::max(longest, entry.cadence.period_s());
  return longest;
}
double CounterSensor::resolution_j() const {
  return resolution_j_;
}
double CounterSensor::max_read_interval_s() const {
  return max_read_interval_s_;
}

bool CounterSensor::read_entry(Entry& entry, CounterReading& reading) const {
  reading.scope = entry.source.scope.scope;
  reading.t_before_ns = clock_->now();
  entry.raw = entry.source.source->read();
  reading.t_after_ns = clock_->now();
  entry.t_ns = reading.t_after_ns;
  ++entry.reads;
  if (!entry.raw) return false;
  entry.cadence.see(*entry.raw, reading.t_before_ns, reading.t_after_ns);
  reading.joules = entry.joules =
      entry.counter.take(*entry.raw, reading.t_before_ns, reading.t_after_ns);
  entry.steps.see(reading.joules, reading.t_before_ns, reading.t_after_ns);
  reading.last_step = entry.steps.last_step();
  return true;
}

/// Names cannot tell whether two dies have one counter or two; values can. Two reads of one counter
/// differ by what it gains between them and by one update of it; one of them may have wrapped.
void CounterSensor::compare_mirrors(Entry& entry) const {
  if (!entry.raw || !entry.cadence.is_calibrated()) return;
  std::erase_if(entry.equal_to, [&](std::size_t index) {
    const Entry& other = entries_[index];
    if (!other.raw) return false;
    const double apart_s = std::abs(to_seconds(entry.t_ns - other.t_ns)) + entry.cadence.period_s();
    const CounterRange& range = entry.source.range;
    const double straight =
        std::abs(static_cast<double>(*entry.raw) - static_cast<double>(*other.raw));
    const double around = range.modulus - straight;
    const double difference = around > 0 ? std::min(straight, around) : straight;
    return difference * range.unit_j > apart_s * range.max_watts;
  });
}

void CounterSensor::read_into(std::vector<CounterReading>& readings) {
  const std::lock_guard lock(mutex_);
  ReadingFiller filler(readings);
  for (Entry& entry : entries_)
    if (!read_entry(entry, filler.next())) filler.drop();
  for (Entry& entry : entries_) compare_mirrors(entry);
}

std::optional<double> CounterSensor::watts_between(const CounterReading& begin,
                                                   const CounterReading& end) const {
  const std::lock_guard lock(mutex_);
  const auto entry = std::find_if(entries_.begin(), entries_.end(), [&](const Entry& candidate) {
    return candidate.source.scope.scope == end.scope;
  });
  if (entry == entries_.end() || !entry->equal_to.empty() ||
      entry->counter.break_between(begin.t_after_ns, end.t_after_ns))
    return std::nullopt;
  return Sensor::watts_between(begin, end);
}

bool CounterSensor::is_updated_often(const Entry& entry) {
  return entry.cadence.is_measured() && !entry.cadence.is_continuous() &&
         entry.cadence.period_s() <= kLongestAwaitedPeriodS;
}

bool CounterSensor::is_fresh(Nanoseconds since) const {
  const std::lock_guard lock(mutex_);
  return std::all_of(entries_.begin(), entries_.end(), [&](const Entry& entry) {
    return !entry.raw || !is_updated_often(entry) ||
           entry.steps.count_after(since) >= kAwaitedSteps;
  });
}

void CounterSensor::await_fresh() {
  const Nanoseconds begin = clock_->now();
  const Nanoseconds deadline = begin + to_nanoseconds((kAwaitedSteps + 1) * kLongestAwaitedPeriodS);
  while (!is_fresh(begin) && clock_->now() < deadline) {
    read();
    clock_->sleep_until(clock_->now() + kPollStep);
  }
}

std::optional<std::string> CounterSensor::mirror_of(std::size_t index) const {
  const std::lock_guard lock(mutex_);
  const Entry& entry = entries_[index];
  if (entry.equal_to.empty()) return std::nullopt;
  return entries_[entry.equal_to.front()].source.scope.scope;
}

Cadence CounterSensor::cadence_of(std::size_t index) const {
  const std::lock_guard lock(mutex_);
  return entries_[index].cadence;
}

bool CounterSensor::needs_steps() const {
  const std::lock_guard lock(mutex_);
  return std::any_of(entries_.begin(), entries_.end(), [](const Entry& entry) {
    return entry.raw && entry.cadence.steps() < kCalibrationSteps;
  });
}

CounterLook CounterSensor::look_at(const Entry& entry) const {
  const Counter& source = entry.source;
  const double seconds = to_seconds(entry.t_ns - look_began_) + entry.cadence.period_s();
  return {.steps_every_s = steps_every_s(source.scope.domain, source.update_s, source.step_j),
          .steps = entry.steps.count_after(look_began_),
          .reads = entry.reads,
          .hold_s = entry.cadence.hold_s(),
          .joules = entry.joules - entry.joules_at_begin,
          .seconds = seconds,
          .max_watts = source.range.max_watts,
          .is_broken =
              entry.counter.break_between(look_began_, entry.t_ns) == WrapCounter::Break::kReset};
}

CounterLook CounterSensor::look_at(std::size_t index) const {
  const std::lock_guard lock(mutex_);
  return look_at(entries_[index]);
}

bool CounterSensor::needs_longer_look() const {
  const std::lock_guard lock(mutex_);
  return std::any_of(entries_.begin(), entries_.end(),
                     [&](const Entry& entry) { return entry.raw && needs_longer(look_at(entry)); });
}

void CounterSensor::leave_out(const std::vector<bool>& is_left_out) {
  const std::lock_guard lock(mutex_);
  std::vector<std::size_t> place(entries_.size());  ///< of those that stay, afterwards
  std::size_t next = 0;
  for (std::size_t i = 0; i < entries_.size(); ++i) place[i] = is_left_out[i] ? next : next++;
  std::vector<Entry> kept;
  for (std::size_t i = 0; i < entries_.size(); ++i) {
    if (is_left_out[i]) continue;
    std::vector<std::size_t>& equal_to = entries_[i].equal_to;
    std::erase_if(equal_to, [&](std::size_t other) { return is_left_out[other]; });
    for (std::size_t& other : equal_to) other = place[other];
    kept.push_back(std::move(entries_[i]));
  }
  entries_ = std::move(kept);
  set_limits();
}

void CounterSensor::begin_look() {
  read();
  const std::lock_guard lock(mutex_);
  look_began_ = clock_->now();
  for (Entry& entry : entries_) {
    entry.joules_at_begin = entry.joules;
    entry.reads = 0;
  }
}

void CounterSensor::calibrate(const Polling& polling) {
  begin_look();
  for (int i = 0; i < polling.quick_reads && needs_steps(); ++i) {
    clock_->sleep_until(clock_->now() + kQuickStep);
    read();
  }
  const Nanoseconds deadline = look_began_ + polling.longest;
  while ((needs_steps() && clock_->now() < deadline) || needs_longer_look()) {
    clock_->sleep_until(clock_->now() + polling.step);
    read();
  }
  {
    const std::lock_guard lock(mutex_);
    for (Entry& entry : entries_) entry.cadence.calibrate();
  }
  read();
}

bool CounterSensor::may_still_step(const std::vector<CounterReading>& since) const {
  const std::lock_guard lock(mutex_);
  return std::any_of(entries_.begin(), entries_.end(), [&](const Entry& entry) {
    const CounterReading* reading = find_scope(since, entry.source.scope.scope);
    const std::size_t awaited = is_updated_often(entry) ? kAwaitedSteps : 1;
    return reading != nullptr && entry.raw &&
           entry.steps.count_after(reading->t_after_ns) < awaited &&
           entry.cadence.hold_s() <= entry.cadence.stall_limit_s();
  });
}

void CounterSensor::await_step(const std::vector<CounterReading>& since) {
  while (may_still_step(since)) {
    clock_->sleep_until(clock_->now() + kPollStep);
    read();
  }
}

/// Why two readings of a counter give no energy; nothing where they do.
std::optional<Energy> CounterSensor::obstacle(const Entry& entry, const CounterReading* first,
                                              const CounterReading* last) const {
  const std::string& scope = entry.source.scope.scope;
  if (first == nullptr || last == nullptr)
    return absent_energy(scope, "gap", "its counter could not be read at an edge of the window");
  const auto broken = entry.counter.break_between(first->t_after_ns, last->t_after_ns);
  if (broken == WrapCounter::Break::kGap)
    return absent_energy(scope, "gap",
                         "its counter was not read for so long that it may have gone round");
  if (broken || last->joules < first->joules)
    return absent_energy(scope, "reset", "its counter was set back inside the window");
  const double hold_s = entry.cadence.longest_hold_s(first->t_after_ns, last->t_after_ns);
  if (hold_s > entry.cadence.stall_limit_s())
    return absent_energy(scope, "stalled",
                         fmt::format("its counter stood still for {:.2g} s or more; run 'joulemark "
                                     "doctor' to see whether it still counts",
                                     hold_s));
  if (last->joules <= first->joules)
    return absent_energy(
        scope, "below_resolution",
        fmt::format("its counter is updated every {:.2g} s, and no update fell into the "
                    "window; raise --duration",
                    entry.cadence.period_s()));
  return std::nullopt;
}

CounterSensor::Measured CounterSensor::energy_of(const Entry& entry,
                                                 const std::vector<CounterReading>& begin,
                                                 const std::vector<CounterReading>& end) const {
  const std::string& scope = entry.source.scope.scope;
  const CounterReading* first = find_scope(begin, scope);
  const CounterReading* last = find_scope(end, scope);
  if (auto why = obstacle(entry, first, last)) return {.energy = *std::move(why)};
  const double shown = last->joules - first->joules;
  const double seconds = to_seconds(last->t_after_ns - first->t_after_ns);
  const double hold_s = entry.cadence.longest_hold_s(first->t_after_ns, last->t_after_ns);
  const double period_s = std::max(entry.cadence.period_s(), hold_s);
  const double watts = seconds > 0 ? shown / seconds : 0;
  const auto unseen = [&](const CounterReading& reading) {
    // It may be late by as much as nobody could see.
    if (entry.cadence.is_continuous())
      return Unseen{.joules = 0,
                    .uncertainty_j = watts * to_seconds(2 * kPollStep) / std::sqrt(12.0)};
    return unseen_at({reading.joules, reading.t_after_ns, reading.last_step}, entry.steps, period_s,
                     watts);
  };
  const Unseen before = unseen(*first);
  const Unseen after = unseen(*last);
  // Between its reading and the window's edge a device drew something from nothing to its mean
  // power.
  const double outside_s = seconds_outside(*first, *last);
  const double joules = shown + after.joules - before.joules - watts * outside_s / 2;
  const double rest_j = std::hypot(
      counter_uncertainty_j(*first, *last, {.joules = joules, .resolution_j = entry.source.step_j}),
      watts * outside_s / 2);
  const double own_j = std::hypot(std::hypot(before.uncertainty_j, after.uncertainty_j), rest_j);
  return {.energy = {.scope = scope,
                     .sensor = name_,
                     .energy_class = EnergyClass::kMeasured,
                     .joules = joules,
                     .uncertainty_j = own_j,
                     .reason = "",
                     .detail = ""},
          .uneven_begin_j = before.uneven_j,
          .uneven_end_j = after.uneven_j};
}

std::vector<Energy> CounterSensor::energies(const std::vector<CounterReading>& begin,
                                            const std::vector<CounterReading>& end) const {
  const std::lock_guard lock(mutex_);
  std::vector<Measured> all;
  Measured sum;
  for (const Entry& entry : entries_) {
    if (!entry.equal_to.empty()) continue;
    all.push_back(energy_of(entry, begin, end));
    sum.uneven_begin_j += all.back().uneven_begin_j;
    sum.uneven_end_j += all.back().uneven_end_j;
  }
  std::vector<Energy> energies;
  for (Measured& each : all) {
    // The squares of these, added up, are the squares of the sums.
    if (each.energy.uncertainty_j)
      *each.energy.uncertainty_j = std::sqrt(
          *each.energy.uncertainty_j * *each.energy.uncertainty_j +
          each.uneven_begin_j * sum.uneven_begin_j + each.uneven_end_j * sum.uneven_end_j);
    energies.push_back(std::move(each.energy));
  }
  return energies;
}

}  // namespace joulemark::sensors
