// SPDX-License-Identifier: Apache-2.0
#include "sensors/counters/counter_discovery.h"

#include <fmt/format.h>

#include <utility>

#include "sensors/sensor_status.h"

namespace joulemark::sensors {

std::string cadence_text(const Cadence& cadence) {
  return cadence.is_measured()
             ? fmt::format("updated every {:.2g} ms", cadence.period_s() * 1e3)
             : fmt::format("not seen to count within {:.2g} s", cadence.period_s());
}

namespace {

SensorStatus faulty_status(const CounterSet& set, const std::string& scope,
                           const CounterFault& fault) {
  SensorStatus status = make_status(set.name, scope, fault.reason, fault.detail);
  status.remedy = set.remedy;
  return status;
}

}  // namespace

void add_counters(CounterSet set, const DescribeCounter& describe, Discovered& found) {
  std::vector<std::string> scopes;
  for (const Counter& counter : set.counters) scopes.push_back(counter.scope.scope);
  auto sensor = std::make_unique<CounterSensor>(set.name, std::move(set.counters), set.clock);
  sensor->calibrate();
  std::vector<bool> is_left_out;
  std::vector<std::size_t> kept;
  for (std::size_t i = 0; i < scopes.size(); ++i) {
    const auto fault = fault_of(sensor->look_at(i));
    is_left_out.push_back(fault.has_value());
    if (!fault) kept.push_back(i);
    if (fault) found.statuses.push_back(faulty_status(set, scopes[i], *fault));
  }
  if (kept.empty()) return;
  sensor->leave_out(is_left_out);
  for (std::size_t i = 0; i < kept.size(); ++i) {
    const auto twin = sensor->mirror_of(i);
    found.statuses.push_back(
        twin
            ? make_status(set.name, scopes[kept[i]], "mirror",
                          fmt::format("shows the counter of {}; not added", *twin))
            : make_status(set.name, scopes[kept[i]], "", describe(kept[i], sensor->cadence_of(i))));
  }
  found.sensors.push_back(std::move(sensor));
}

}  // namespace joulemark::sensors
