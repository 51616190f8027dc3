// SPDX-License-Identifier: Apache-2.0
#include "run/cooldown.h"

#include <algorithm>
#include <utility>

#include "run/phase_meter.h"

namespace joulemark::run {
namespace {

constexpr double kWarmerC = 2;
constexpr double kMorePower = 0.05;
constexpr double kMoreWatts = 2;
constexpr Nanoseconds kMillisecond = 1'000'000;
constexpr Nanoseconds kBetweenLooks = 500 * kMillisecond;
/// How often the stop flag is looked at.
constexpr Nanoseconds kStep = 100 * kMillisecond;
/// Of a counter's updates a power needs a few, and more than the moment that a look itself takes.
constexpr double kUpdates = 5;
constexpr Nanoseconds kShortestPower = 50 * kMillisecond;
/// What later powers are held against is a mean of more than a moment.
constexpr Nanoseconds kReference = kNanosecondsPerSecond;

RestingState state_of(const std::optional<IdleBracket>& bracket, const RestingState& first) {
  if (!bracket) return first;
  RestingState state{.temperature_c = bracket->temperature_c, .watts = first.watts};
  if (!state.temperature_c) state.temperature_c = first.temperature_c;
  if (bracket->joules && bracket->t1_ns > bracket->t0_ns)
    state.watts = *bracket->joules / to_seconds(bracket->t1_ns - bracket->t0_ns);
  return state;
}

bool holds(const RestingState& now, const RestingState& before) {
  const bool is_warm = now.temperature_c && before.temperature_c &&
                       *now.temperature_c > *before.temperature_c + kWarmerC;
  const bool is_busy =
      now.watts && before.watts &&
      *now.watts > *before.watts + std::max(kMorePower * *before.watts, kMoreWatts);
  return !is_warm && !is_busy;
}

Observation told(const std::optional<double>& value) {
  return value ? Observation{value, ""} : Observation{std::nullopt, "absent"};
}

WindowFacts facts_of(const std::optional<double>& seconds, const RestingState& state,
                     const std::optional<double>& missed) {
  return {{WindowFact::kCooldown, told(seconds)},
          {WindowFact::kCooldownTemperature, told(state.temperature_c)},
          {WindowFact::kCooldownPower, told(state.watts)},
          {WindowFact::kCooldownMissed, told(missed)}};
}

/// Whether there is nothing that a rest could go by.
bool is_blind(sensors::MachineEye& eye, const std::vector<std::unique_ptr<Sensor>>& sensors,
              Nanoseconds now) {
  return sensors.empty() && !eye.look(now).temperature_c;
}

}  // namespace

double longest_rest(const Protocol& protocol, const std::filesystem::path& root,
                    const std::vector<std::unique_ptr<Sensor>>& sensors) {
  sensors::MachineEye eye(root, sensors, sensors::BoardClocks::kLeftOut);
  return is_blind(eye, sensors, monotonic_now()) ? 0 : protocol.cooldown_max_s;
}

Cooldown::Cooldown(const TrialWorld& world, double longest_s)
    : world_(world),
      longest_(to_nanoseconds(longest_s)),
      eye_(world.root, world.sensors, sensors::BoardClocks::kLeftOut) {}

Nanoseconds Cooldown::first_look() const {
  if (world_.sensors.empty()) return 0;
  double period_s = 0;
  for (const auto& sensor : world_.sensors)
    period_s = std::max(period_s, sensor->update_period_s());
  return std::clamp(to_nanoseconds(kUpdates * std::min(period_s, 1.0)), kShortestPower,
                    kNanosecondsPerSecond);
}

void Cooldown::begin_power() {
  readings_at_ = world_.clock.now();
  if (!world_.sensors.empty()) readings_ = sensors::read_all(world_.sensors);
}

/// The power is that since the last look.
RestingState Cooldown::look() {
  const Nanoseconds now = world_.clock.now();
  RestingState state{.temperature_c = eye_.look(now).temperature_c};
  if (world_.sensors.empty() || now <= readings_at_) return state;
  auto readings = sensors::read_all(world_.sensors);
  const Energy total = rankable_total(world_.sensors, readings_, readings, world_.sensor_statuses);
  if (total.joules) state.watts = *total.joules / to_seconds(now - readings_at_);
  readings_ = std::move(readings);
  readings_at_ = now;
  return state;
}

/// False when the user stopped it.
bool Cooldown::sleep_until(Nanoseconds end) {
  while (!world_.stop.load() && world_.clock.now() < end)
    world_.clock.sleep_until(std::min(end, world_.clock.now() + kStep));
  return !world_.stop.load();
}

void Cooldown::note_rest() {
  begin_power();
  const Nanoseconds length = world_.sensors.empty() ? 0 : kReference;
  if (sleep_until(world_.clock.now() + length)) first_ = look();
}

Rest Cooldown::rest(const std::optional<IdleBracket>& bracket) {
  if (is_blind(eye_, world_.sensors, world_.clock.now())) return {.facts = facts_of({}, {}, {})};
  const RestingState before = state_of(bracket, first_);
  const Nanoseconds begin = world_.clock.now();
  begin_power();
  Nanoseconds next = begin + first_look();
  for (bool told = false;;) {
    if (!sleep_until(next)) return {.facts = {}, .interrupted = true};
    const RestingState now = look();
    const Nanoseconds spent = world_.clock.now() - begin;
    const bool is_cool = holds(now, before);
    if (is_cool || spent >= longest_)
      return {.facts = facts_of(to_seconds(spent), now, is_cool ? 0.0 : 1.0)};
    if (!std::exchange(told, true)) world_.progress.cooling_down();
    next = std::min(world_.clock.now() + kBetweenLooks, begin + longest_);
  }
}

}  // namespace joulemark::run
