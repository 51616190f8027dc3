// SPDX-License-Identifier: Apache-2.0
// The table itself, and what is asked of all its rows.
#include "sensors/catalog.h"

#include <algorithm>
#include <iterator>

#include "sensors/boards/amd.h"
#include "sensors/boards/level_zero.h"
#include "sensors/boards/nvml.h"
#include "sensors/calibration.h"
#include "sensors/kernel/battery.h"
#include "sensors/kernel/cray.h"
#include "sensors/kernel/hwmon.h"
#include "sensors/meters/ipmi.h"
#include "sensors/meters/network_meters.h"
#include "sensors/rapl/perf.h"
#include "sensors/rapl/powercap.h"

namespace joulemark::sensors {
const std::vector<SensorRow>& sensor_table() {
  static const std::vector<SensorRow> table = {
      {"perf", "processor sockets and their memory (RAPL counters, by perf events)",
       "hardware counters (RAPL)", find_perf},
      {"powercap", "processor sockets and their memory (RAPL counters)", "hardware counters (RAPL)",
       find_powercap},
      {"nvml", "NVIDIA GPU boards", "the NVIDIA driver's energy counters (NVML)", find_nvml},
      {"amdsmi", "AMD GPU boards", "the AMD driver's energy counters (AMD SMI)", find_amdsmi},
      {"rocmsmi", "AMD GPU boards, where AMD SMI is missing",
       "the AMD driver's energy counters (ROCm SMI)", find_rocmsmi},
      {"level_zero", "Intel GPU cards, where hwmon cannot be read",
       "the Intel driver's energy counters (Level Zero)", find_level_zero},
      {"hwmon", "sockets, accelerators and rails that hwmon chips measure",
       "chips of the mainboard (hwmon)", find_hwmon},
      {"cray", "processors, memory and accelerators of an HPE Cray node",
       "the node's own meters (pm_counters)", find_cray},
      {"ipmi", "a whole server, as its management controller measures it",
       "the server's management controller (IPMI DCMI)", find_ipmi},
      {"meter", "the whole machine at the plug, by meters on the network",
       "meters at the plug (--meter)", find_meters},
      {"battery", "a whole laptop while it has no plug", "the battery's own meter", find_battery},
  };
  return table;
}

std::vector<std::string> sensor_names() {
  std::vector<std::string> names;
  for (const SensorRow& row : sensor_table()) names.emplace_back(row.name);
  return names;
}

Discovered discover(const SensorEnvironment& environment) {
  Discovered all;
  std::vector<ScopeInfo> claimed;
  for (const SensorRow& row : sensor_table()) {
    Discovered found = row.find(environment, claimed);
    for (const auto& sensor : found.sensors)
      for (ScopeInfo& scope : sensor->scopes()) claimed.push_back(std::move(scope));
    for (auto& sensor : found.sensors)
      all.sensors.push_back(calibrated(std::move(sensor), environment.calibrations));
    std::move(found.statuses.begin(), found.statuses.end(), std::back_inserter(all.statuses));
  }
  return all;
}

}  // namespace joulemark::sensors
