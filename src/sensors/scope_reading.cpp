// SPDX-License-Identifier: Apache-2.0
#include "sensors/scope_reading.h"

#include <utility>

namespace joulemark::sensors {

const CounterReading* find_scope(const std::vector<CounterReading>& readings,
                                 const std::string& scope) {
  for (const CounterReading& reading : readings)
    if (reading.scope == scope) return &reading;
  return nullptr;
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
