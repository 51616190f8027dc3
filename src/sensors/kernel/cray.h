// SPDX-License-Identifier: Apache-2.0
// Sensor "cray": the energy counters of HPE Cray nodes (pm_counters).
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "sensors/catalog.h"

namespace joulemark::sensors {

/// Processors, memory and accelerators of /sys/cray/pm_counters, in whole joules ten times a
/// second. The node's own counter is listed and not added where its parts are. Processors and
/// memory are left out where another sensor reads a socket of them, with finer steps.
Discovered find_cray(const SensorEnvironment& environment, const std::vector<ScopeInfo>& claimed);

/// The joules of "45721 J 1234567890 us"; empty for any other text.
std::optional<std::uint64_t> parse_pm_counter(std::string_view text);

}  // namespace joulemark::sensors
