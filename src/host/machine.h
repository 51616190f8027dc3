// SPDX-License-Identifier: Apache-2.0
// What several layers ask about the machine: processors, limits, virtualisation.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace joulemark::host {

/// The processors that are online.
struct Processors {
  int logical = 0;
  int cores = 0;    ///< 0: unknown
  int sockets = 0;  ///< 0: unknown
};
Processors read_processors(const std::filesystem::path& root);

/// The limits of the cgroup of this process and of those around it; the tightest counts.
struct CgroupLimits {
  std::optional<double> cpus;  ///< processors' worth of time
  std::optional<std::int64_t> memory_bytes;
};
CgroupLimits read_cgroup_limits(const std::filesystem::path& root);

/// Bytes of all caches of the last level that the online processors have; empty where nothing
/// tells.
std::optional<std::int64_t> last_cache_bytes(const std::filesystem::path& root);

/// CPUs of a list such as "0-3,8,10-11"; what is no number is left out.
std::set<int> parse_cpu_list(std::string_view text);

/// The folder of this process's cgroup and of all around it, innermost first. `hierarchy` is the
/// controller as /proc/self/cgroup names it, "" for version 2.
std::vector<std::filesystem::path> cgroup_folders(const std::filesystem::path& root,
                                                  const std::string& hierarchy);

/// Whether the processor's flags are those of a virtual machine.
bool is_virtual_machine(const std::filesystem::path& root);

/// The name of the simulated machine that is rendered below `root`; empty for a real one.
std::optional<std::string> simulated_machine(const std::filesystem::path& root);

/// The command that lets everyone read the energy counters until the next boot.
std::string powercap_remedy(const std::filesystem::path& root);

/// The command that loads the kernel's driver `module` anew; "" on a virtual machine, where what
/// is wrong is the host's.
std::string reload_remedy(const std::filesystem::path& root, const std::string& module);

}  // namespace joulemark::host
