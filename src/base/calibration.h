// SPDX-License-Identifier: Apache-2.0
// How a user calibrates a sensor against a better meter: "perf=1.013±0.008",
// "meter:wall-1=1±0.002".
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"

namespace joulemark {

/// True joules are those of the sensor times `gain`.
struct Calibration {
  std::string sensor;      ///< as the table of sensors names it
  double gain = 1;         ///< 0.5 to 2
  double relative_u = 0;   ///< its relative standard uncertainty: 0.008 is 0.8 %; 0 to 1
  std::string scope = {};  ///< of this scope of the sensor alone; "": of those not named
  /// "meter:wall-0", or "perf" for all of a sensor.
  [[nodiscard]] std::string name() const { return scope.empty() ? sensor : sensor + ":" + scope; }
  bool operator==(const Calibration&) const = default;
};

/// "SENSOR=GAIN±U" or "SENSOR:SCOPE=GAIN±U", or with "+-" for "±". kUsage with a message that goes
/// on after the name of the flag or key ("must be …, not '…'") when the text is not that. Whether
/// there is a sensor of that name, or a scope, is not looked at.
Result<Calibration> parse_calibration(std::string_view text);

/// The same for several, none of which may be of the same sensor and scope.
Result<std::vector<Calibration>> parse_calibrations(const std::vector<std::string>& texts);

}  // namespace joulemark
