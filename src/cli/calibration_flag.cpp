// SPDX-License-Identifier: Apache-2.0
#include "cli/calibration_flag.h"

#include <fmt/format.h>

#include "config/settings.h"
#include "sensors/calibration.h"
#include "sensors/catalog.h"

namespace joulemark::cli {
namespace {

constexpr const char* kFlag = "--calibration";

tl::unexpected<Error> of_flag(const Error& error) {
  return fail(error.kind, fmt::format("{} {}", kFlag, error.message));
}

}  // namespace

void declare_calibrations(Arguments& arguments, std::vector<std::string>& calibrations) {
  arguments.repeated(fmt::format("{} SENSOR=GAIN±U", kFlag), calibrations,
                     config::find_flag(kFlag)->help);
}

Result<std::vector<Calibration>> calibrations_from(const std::vector<std::string>& texts) {
  auto calibrations = parse_calibrations(texts);
  if (!calibrations) return of_flag(calibrations.error());
  if (const auto known = sensors::check_calibrations(*calibrations, sensors::sensor_names());
      !known)
    return of_flag(known.error());
  return calibrations;
}

}  // namespace joulemark::cli
