// SPDX-License-Identifier: Apache-2.0
// What /sys says of the `power` PMU: its events, their units, and on which processors they count.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "joulemark/sensor.h"
#include "sensors/rapl/perf_counter.h"

namespace joulemark::sensors {

/// One energy counter of one socket or die.
struct PowerEvent {
  PerfEvent event;
  ScopeInfo scope;
  double unit_j = 0;  ///< of a raw value
};

struct PowerPmu {
  bool exists = false;
  std::vector<PowerEvent> events;    ///< by processor, then by name
  std::vector<std::string> unclear;  ///< names of events that are not understood, with why
};

/// Reads `root`/sys/bus/event_source/devices/power. Its files are untrusted: what cannot be
/// understood is named in `unclear`.
PowerPmu read_power_pmu(const std::filesystem::path& root);

/// "0,4-6" as 0, 4, 5, 6; empty where it is no list of processors (each at most 65535).
std::optional<std::vector<int>> parse_cpu_list(std::string_view text);

/// The config of an event file "event=0x02"; empty for any other text.
std::optional<std::uint64_t> parse_event_config(std::string_view text);

}  // namespace joulemark::sensors
