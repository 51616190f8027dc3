// SPDX-License-Identifier: Apache-2.0
// The table itself, and what is asked of all its rows.
#include "sensors/catalog.h"

#include <algorithm>
#include <cmath>

#include "sensors/powercap.h"

namespace joulemark::sensors {

const std::vector<SensorRow>& sensor_table() {
  static const std::vector<SensorRow> table = {
      {"powercap", "processor sockets and their memory (RAPL counters)", find_powercap},
  };
  return table;
}

Discovered discover(const SensorEnvironment& environment) {
  Discovered all;
  for (const SensorRow& row : sensor_table()) {
    Discovered found = row.find(environment);
    std::move(found.sensors.begin(), found.sensors.end(), std::back_inserter(all.sensors));
    std::move(found.statuses.begin(), found.statuses.end(), std::back_inserter(all.statuses));
  }
  return all;
}

double min_window_s(const std::vector<std::unique_ptr<Sensor>>& sensors, double precision) {
  double longest = 0;
  for (const auto& sensor : sensors) {
    const double errors_s = std::hypot(sensor->update_period_s(), sensor->resolution_j() / 1.0);
    longest = std::max(longest, errors_s / std::sqrt(6.0) / precision);
  }
  return longest;
}

}  // namespace joulemark::sensors
