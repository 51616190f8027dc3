// SPDX-License-Identifier: Apache-2.0
#include "sensors/agreement.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <string>

#include "sensors/rapl/powercap.h"

namespace joulemark::sensors {
namespace {

constexpr double kLookS = 0.2;
constexpr double kAllowed = 0.02;
/// Of a normal distribution, 99.7 % within ±.
constexpr double kWideFactor = 3;

std::vector<Energy> look(Sensor& sensor, const std::vector<CounterReading>& begin,
                         const std::vector<CounterReading>& end) {
  sensor.await_step(end);
  return sensor.energies(begin, end);
}

/// By which part `other` is more than `energy`; 0 where that may be chance.
double excess(const Energy& energy, const Energy& other) {
  if (!energy.joules || !other.joules || *energy.joules <= 0) return 0;
  const double more_j = *other.joules - *energy.joules;
  const double chance_j =
      kWideFactor * std::hypot(energy.uncertainty_j.value_or(0), other.uncertainty_j.value_or(0));
  const bool differs = std::abs(more_j) > kAllowed * *energy.joules + chance_j;
  return differs ? more_j / *energy.joules : 0;
}

void tell(Discovered& found, const std::string& scope, double more) {
  for (SensorStatus& status : found.statuses)
    if (status.scope == scope && (status.sensor == "perf" || status.sensor == "powercap"))
      status.detail +=
          fmt::format("; powercap shows {:.2g} % {} than perf, and one of them is wrong",
                      100 * std::abs(more), more > 0 ? "more" : "less");
}

}  // namespace

void check_agreement(const SensorEnvironment& environment, Discovered& found) {
  const auto perf = std::find_if(found.sensors.begin(), found.sensors.end(),
                                 [](const auto& sensor) { return sensor->name() == "perf"; });
  if (perf == found.sensors.end()) return;
  const Discovered second = find_powercap(environment, {});
  if (second.sensors.empty()) return;
  Sensor& powercap = *second.sensors.front();
  SystemClock system_clock;
  Clock& clock = environment.clock != nullptr ? *environment.clock : system_clock;
  (*perf)->await_fresh();
  powercap.await_fresh();
  const auto perf_begin = (*perf)->read();
  const auto powercap_begin = powercap.read();
  clock.sleep_until(clock.now() + to_nanoseconds(kLookS));
  const auto perf_end = (*perf)->read();
  const auto powercap_end = powercap.read();
  const auto by_powercap = look(powercap, powercap_begin, powercap_end);
  for (const Energy& energy : look(**perf, perf_begin, perf_end))
    for (const Energy& other : by_powercap)
      if (const double more = energy.scope == other.scope ? excess(energy, other) : 0; more != 0)
        tell(found, energy.scope, more);
}

}  // namespace joulemark::sensors
