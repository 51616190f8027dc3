// SPDX-License-Identifier: Apache-2.0
// How true the joules of a sensor are as a whole: what the user measured, else what is published.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/calibration.h"
#include "joulemark/sensor.h"

namespace joulemark::sensors {

/// What is known of one scope of a sensor.
struct KnownCalibration {
  double gain = 1;
  double relative_u = 0;  ///< relative standard uncertainty
  std::string source;     ///< "given by the user", or who published it
  std::string name;  ///< "nvml" where it is that of the sensor, "nvml:gpu-1" of the scope alone
};

/// The user's own, that of the scope before that of its sensor, or the table's; nothing where none
/// knows the sensor.
std::optional<KnownCalibration> calibration_of(const std::string& sensor, const std::string& scope,
                                               const std::vector<Calibration>& own);

/// Those of `own` that apply to no scope of `sensors`.
std::vector<Calibration> idle_calibrations(const std::vector<Calibration>& own,
                                           const std::vector<std::unique_ptr<Sensor>>& sensors);

/// kUsage, going on after the name of the flag or key, where one is of a sensor that there is none
/// of; it names the nearest. `names` are those of the table of sensors.
Status check_calibrations(const std::vector<Calibration>& calibrations,
                          const std::vector<std::string>& names);

/// `sensor`, whose joules and their uncertainty are multiplied by the gain of its calibration, and
/// which says their calibration_j. Itself where nothing is known.
std::unique_ptr<Sensor> calibrated(std::unique_ptr<Sensor> sensor,
                                   const std::vector<Calibration>& own);

}  // namespace joulemark::sensors
