// SPDX-License-Identifier: Apache-2.0
#include "run/phase_meter.h"

namespace joulemark::run {

Energy rankable_total(const std::vector<Energy>& energies) {
  const Energy& total = energies.back();
  const bool read =
      total.energy_class == EnergyClass::kMeasured || total.energy_class == EnergyClass::kDerived;
  return read ? total : Energy();
}

Energy rankable_total(const std::vector<std::unique_ptr<Sensor>>& sensors,
                      const sensors::Readings& begin, const sensors::Readings& end,
                      const std::vector<SensorStatus>& statuses) {
  return rankable_total(sensors::measure_between(sensors, begin, end, statuses));
}

void PhaseMeter::begin() {
  if (sensors_.empty()) return;
  begin_ = sensors::read_all(sensors_);
  begin_ns_ = clock_.now();
}

void PhaseMeter::end(Phase phase) {
  if (sensors_.empty()) return;
  const Nanoseconds now = clock_.now();
  const Energy total = rankable_total(sensors_, begin_, sensors::read_all(sensors_), statuses_);
  if (!total.joules || now <= begin_ns_) return;
  energies_.push_back({.phase = phase,
                       .joules = *total.joules,
                       .uncertainty_j = total.uncertainty_j.value_or(0),
                       .seconds = to_seconds(now - begin_ns_)});
}

}  // namespace joulemark::run
