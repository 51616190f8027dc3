// SPDX-License-Identifier: Apache-2.0
// The checks: each looks at one side of the machine.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "host/preflight/moment.h"
#include "joulemark/finding.h"

namespace joulemark::host {

/// A folder that the experiment writes to.
struct Place {
  std::string name;  ///< "the store", for people
  std::filesystem::path folder;
  std::uintmax_t needed_bytes = 0;  ///< an estimate
};

/// A folder's file system.
struct DiskState {
  std::uintmax_t device = 0;
  std::uintmax_t free_bytes = 0;
  bool is_read_only = false;
  bool may_write = true;
};

/// What no file of /proc or /sys tells. Each answers nothing when it is not known.
struct SystemFacts {
  std::function<std::optional<DiskState>(const std::filesystem::path& folder)> disk;
  std::function<std::optional<bool>()> clock_is_synchronised;
};
/// Of this machine; of a simulated one (`root` is not "/") nobody knows its clock.
SystemFacts system_facts(const std::filesystem::path& root);

/// What the checks look at.
struct MachineView {
  const std::filesystem::path& root;
  const MachineMoment& before;
  const MachineMoment& after;
  const std::vector<Place>& places;
  const SystemFacts& system;
};

using Findings = std::vector<Finding>;

Findings check_visible(const MachineView& view);
Findings check_places(const MachineView& view);
Findings check_frequency(const MachineView& view);
Findings check_processors(const MachineView& view);
Findings check_cgroup(const MachineView& view);
Findings check_load(const MachineView& view);
Findings check_memory(const MachineView& view);
Findings check_heat(const MachineView& view);
Findings check_power(const MachineView& view);
Findings check_clocks(const MachineView& view);

/// "/sys/devices/system/cpu" under `root`.
std::filesystem::path cpu_folder(const std::filesystem::path& root);

}  // namespace joulemark::host
