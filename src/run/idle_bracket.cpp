// SPDX-License-Identifier: Apache-2.0
#include "run/idle_bracket.h"

#include <algorithm>

#include "host/preflight/moment.h"
#include "run/phase_meter.h"
#include "run/signal_mask.h"
#include "sensors/ledger.h"
#include "sensors/sampling/sampler.h"
#include "sensors/window/machine_look.h"
#include "sensors/window_need.h"

namespace joulemark::run {
namespace {

/// Of an idle power, the part that the sensors' own error may have where nobody says how long.
constexpr double kPrecision = 0.02;
constexpr double kShortestS = 1;
constexpr double kLongestS = 10;
/// How often the stop flag is looked at.
constexpr Nanoseconds kStep = 100'000'000;

/// False when the user stopped it.
bool rest_until(Nanoseconds end, const TrialWorld& world) {
  while (world.clock.now() < end) {
    if (world.stop.load()) return false;
    world.clock.sleep_until(std::min(end, world.clock.now() + kStep));
  }
  return !world.stop.load();
}

std::optional<double> busy_between(const host::MachineMoment& begin,
                                   const host::MachineMoment& end) {
  if (!begin.cpu || !end.cpu || end.cpu->total <= begin.cpu->total) return std::nullopt;
  const auto busy = static_cast<double>(end.cpu->busy - begin.cpu->busy);
  return std::clamp(busy / static_cast<double>(end.cpu->total - begin.cpu->total), 0.0, 1.0);
}

}  // namespace

double bracket_length(const Protocol& protocol,
                      const std::vector<std::unique_ptr<Sensor>>& sensors) {
  if (protocol.bracket_s > 0) return protocol.bracket_s;
  if (sensors.empty()) return 0;
  return std::clamp(sensors::needed_window(sensors, kPrecision).seconds, kShortestS, kLongestS);
}

std::optional<IdleBracket> observe_idle(double seconds, const TrialWorld& world) {
  sensors::Sampler keep_alive(world.sensors, {.hz = 0, .root = world.root});
  {
    // A stop signal must wake this thread, not the sampler's.
    const BlockedStopSignals blocked;
    if (const auto started = keep_alive.start(); !started)
      world.progress.warning({.code = "sampler", .message = started.error().message});
  }
  IdleBracket bracket;
  bracket.started_at = wall_clock_now();
  const auto moment = host::read_moment(world.root, world.clock.now());
  const auto begin = sensors::read_fresh(world.sensors);
  bracket.t0_ns = world.clock.now();
  if (!rest_until(bracket.t0_ns + to_nanoseconds(seconds), world)) return std::nullopt;
  bracket.t1_ns = world.clock.now();
  const auto end = sensors::read_all(world.sensors);
  bracket.busy = busy_between(moment, host::read_moment(world.root, world.clock.now()));
  bracket.temperature_c =
      sensors::MachineEye(world.root, world.sensors, sensors::BoardClocks::kLeftOut)
          .look(world.clock.now())
          .temperature_c;
  const Energy total = rankable_total(world.sensors, begin, end, world.sensor_statuses);
  bracket.joules = total.joules;
  bracket.uncertainty_j = total.uncertainty_j;
  return bracket;
}

}  // namespace joulemark::run
