// SPDX-License-Identifier: Apache-2.0
#include "sensors/scope_reading.h"

#include <algorithm>
#include <utility>

namespace joulemark::sensors {

const CounterReading* find_scope(const std::vector<CounterReading>& readings,
                                 const std::string& scope) {
  for (const CounterReading& reading : readings)
    if (reading.scope == scope) return &reading;
  return nullptr;
}

Nanoseconds middle(const CounterReading& reading) {
  return reading.t_before_ns + (reading.t_after_ns - reading.t_before_ns) / 2;
}

double bracket_s(const CounterReading& reading) {
  return to_seconds(reading.t_after_ns - reading.t_before_ns);
}

Edges edges_of(const CounterReading& first, const CounterReading& last) {
  Edges edges{first, last};
  edges.begin.t_after_ns = std::max(first.t_after_ns, first.edge_ns);
  if (last.edge_ns > 0) edges.end.t_before_ns = std::min(last.t_before_ns, last.edge_ns);
  return edges;
}

void read_on(Sensor& sensor, const std::vector<CounterReading>& since, const ReadOn& how,
             Clock& clock) {
  const Nanoseconds step = to_nanoseconds(how.step_s);
  for (const CounterReading& reading : since) {
    const Nanoseconds until = reading.t_after_ns + to_nanoseconds(how.memory_s);
    while (clock.now() < until) {
      clock.sleep_until(std::min(until, clock.now() + step));
      sensor.read();
    }
  }
}

CounterReading& ReadingFiller::next() {
  if (used_ == readings_.size()) readings_.emplace_back();
  return readings_[used_++];
}

Energy absent_energy(std::string scope, std::string reason, std::string detail) {
  return {.scope = std::move(scope),
          .sensor = "",
          .energy_class = EnergyClass::kAbsent,
          .joules = std::nullopt,
          .uncertainty_j = std::nullopt,
          .reason = std::move(reason),
          .detail = std::move(detail)};
}

}  // namespace joulemark::sensors
