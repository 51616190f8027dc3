// SPDX-License-Identifier: Apache-2.0
// How long a window has to be for the sensors to tell its energy well enough.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "joulemark/sensor.h"

namespace joulemark::sensors {

struct WindowNeed {
  double seconds = 0;  ///< 0 without a sensor
  std::string sensor;  ///< that asks for most
};

/// The shortest window in which the largest error of every sensor's edges (one update period, and
/// one step of the counter at 1 W) is at most `precision` of the energy (0.01 = 1 %).
WindowNeed needed_window(const std::vector<std::unique_ptr<Sensor>>& sensors, double precision);

}  // namespace joulemark::sensors
