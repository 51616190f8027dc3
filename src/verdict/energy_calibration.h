// SPDX-License-Identifier: Apache-2.0
// What is known of the calibration behind an experiment's joules. It is the same factor for every
// configuration, so it is told once and enters no comparison.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "joulemark/result.h"

namespace joulemark::verdict {

struct UsedCalibration {
  std::string sensor;                     ///< or "SENSOR:SCOPE", where it is of that scope alone
  double gain = 1;                        ///< the joules are multiplied by it already
  std::optional<double> relative_u = {};  ///< standard; empty where nobody knows it
  std::string source = {};                ///< "" likewise
};

struct EnergyCalibration {
  std::vector<UsedCalibration> sensors;  ///< that finished trials' totals are read by
  /// Relative standard uncertainty of the totals, the median over the trials: sensors' parts add up
  /// linearly. Empty where one of them is not known.
  std::optional<double> relative_u;
};

/// Of an imported experiment nobody here knows anything.
EnergyCalibration energy_calibration(const ExperimentRecord& record);

}  // namespace joulemark::verdict
