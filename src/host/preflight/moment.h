// SPDX-License-Identifier: Apache-2.0
// The counters of a machine at one moment: two of them tell what happens now.
#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>

#include "base/clock.h"

namespace joulemark::host {

/// Ticks of all CPUs since boot, as /proc/stat counts them.
struct CpuTime {
  long long busy = 0;
  long long stolen = 0;  ///< by the hypervisor
  long long total = 0;
  int cpus = 0;
};

/// Nothing where /proc/stat under `root` cannot be read. Guests' time is in the user's.
std::optional<CpuTime> read_cpu_time(const std::filesystem::path& root);

/// CPU time of one process since its start, in ticks.
struct ProcessTime {
  std::string name;  ///< printable
  long long started = 0;
  long long ticks = 0;
};

struct MachineMoment {
  Nanoseconds at = 0;
  std::optional<CpuTime> cpu = {};
  std::map<int, ProcessTime> processes = {};    ///< by process id; empty when there are too many
  std::optional<int> own = {};                  ///< this process
  std::optional<long long> swapped_pages = {};  ///< in and out
  std::map<std::string, long long> stalled_us = {};  ///< some task waited, by "memory", "io"
  std::optional<long long> throttles = {};           ///< slow-downs for heat, the most of any CPU
};

/// More processes than this are not looked at one by one.
inline constexpr std::size_t kMostProcesses = 4096;

/// Reads /proc and /sys under `root`. What cannot be read is left out. `at` is the caller's time.
MachineMoment read_moment(const std::filesystem::path& root, Nanoseconds at);

}  // namespace joulemark::host
