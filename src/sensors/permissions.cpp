// SPDX-License-Identifier: Apache-2.0
#include "sensors/permissions.h"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>

#include "host/preflight/finding_table.h"

namespace joulemark::sensors {
namespace {

bool is_forbidden(const SensorStatus& status) {
  if (status.usable) return false;
  constexpr std::string_view kReasons[] = {"eacces", "seccomp", "masked", "unauthorised"};
  return std::find(std::begin(kReasons), std::end(kReasons), status.reason) != std::end(kReasons);
}

/// Two ways to the same counters.
struct Twins {
  std::string_view one;
  std::string_view other;
};
constexpr Twins kTwins[] = {{"perf", "powercap"}, {"amdsmi", "rocmsmi"}, {"level_zero", "hwmon"}};

/// Whether a sensor that can be read makes up for `sensor`.
bool makes_up_for(const std::string& usable, const std::string& sensor) {
  if (sensor == "ipmi") return true;  // it is read where no other sensor is
  return std::any_of(std::begin(kTwins), std::end(kTwins), [&](const Twins& twins) {
    return (sensor == twins.one && usable == twins.other) ||
           (sensor == twins.other && usable == twins.one);
  });
}

bool is_missed(const SensorStatus& status, const std::vector<SensorStatus>& statuses) {
  return is_forbidden(status) &&
         std::none_of(statuses.begin(), statuses.end(), [&](const SensorStatus& other) {
           return other.usable && makes_up_for(other.sensor, status.sensor);
         });
}

}  // namespace

std::vector<Finding> permission_findings(const std::vector<SensorStatus>& statuses) {
  std::vector<Finding> all;
  for (const SensorStatus& status : statuses) {
    if (!is_missed(status, statuses)) continue;
    const bool told = std::any_of(all.begin(), all.end(), [&](const Finding& finding) {
      return !status.remedy.empty() && finding.remedy == status.remedy;
    });
    if (told) continue;
    all.push_back(host::finding_of(
        "sensor_permission", fmt::format("{} may not be read: {}", status.sensor, status.detail),
        status.remedy));
  }
  return all;
}

}  // namespace joulemark::sensors
