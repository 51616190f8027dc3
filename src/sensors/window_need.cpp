// SPDX-License-Identifier: Apache-2.0
#include "sensors/window_need.h"

namespace joulemark::sensors {
namespace {

/// What a window's power is taken to be where a step of the counter has to be small beside it.
constexpr double kLeastWatts = 1;

}  // namespace

WindowNeed needed_window(const std::vector<std::unique_ptr<Sensor>>& sensors, double precision) {
  WindowNeed need;
  for (const auto& sensor : sensors) {
    const double largest_s = sensor->update_period_s() + sensor->resolution_j() / kLeastWatts;
    if (largest_s / precision > need.seconds) need = {largest_s / precision, sensor->name()};
  }
  return need;
}

}  // namespace joulemark::sensors
