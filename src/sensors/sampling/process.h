// SPDX-License-Identifier: Apache-2.0
// What a process has used so far, from /proc, and the difference between two such readings.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/error.h"
#include "joulemark/result.h"

namespace joulemark::sensors {

/// Context switches of one thread so far.
struct ThreadSwitches {
  int tid = 0;
  std::int64_t voluntary = 0;
  std::int64_t involuntary = 0;
};

/// Cumulative counters of a process. What could not be read is empty.
struct ProcessCounters {
  Nanoseconds t_ns = 0;                        ///< CLOCK_MONOTONIC of the reading
  std::optional<double> cpu_s;                 ///< all threads
  double cpu_step_s = 0;                       ///< of cpu_s: 0 for nanoseconds, or a tick of 10 ms
  std::optional<double> cpu_user_s;            ///< 10 ms steps
  std::optional<double> cpu_system_s;          ///< 10 ms steps
  std::optional<std::int64_t> rss_bytes;       ///< resident now
  std::optional<std::int64_t> peak_rss_bytes;  ///< largest since the start or the last reset
  std::optional<std::int64_t> minor_faults;
  std::optional<std::int64_t> major_faults;
  std::optional<std::vector<ThreadSwitches>> switches;  ///< per live thread
  bool peak_was_reset = false;                          ///< the peak starts anew after this reading
};

/// The root whose /proc lists `pid`: `root`, or "/" where a simulated machine has no such process,
/// for workers are real on every machine.
std::filesystem::path process_root(const std::filesystem::path& root, int pid);

/// The parent of `pid`; empty when there is no such process, or none that may be seen.
std::optional<int> parent_of(const std::filesystem::path& root, int pid);

/// The process that `pid` has started first of those that still run; empty where there is none.
std::optional<int> first_child_of(const std::filesystem::path& root, int pid);

/// CPU seconds of all threads of `pid` on this machine, in nanosecond steps; empty when it is gone.
std::optional<double> process_cpu_s(int pid);

/// CPU seconds of all threads, in 10 ms steps, out of the text of /proc/PID/stat.
std::optional<double> cpu_s_of_stat(std::string_view stat);

/// CPU seconds of `pid`, of all that it has started and that still runs, and of what each of them
/// has waited for, in 10 ms steps; empty when it is gone.
std::optional<double> family_cpu_s(const std::filesystem::path& root, int pid);

/// Reads the counters of `pid` under `root`. Fails when there is no such process.
Result<ProcessCounters> read_process(const std::filesystem::path& root, int pid);

/// `read_process`, then resets the peak of the resident set, so that the window has its own. For
/// the begin of a window; a kernel that refuses the reset is no failure.
Result<ProcessCounters> read_process_at_begin(const std::filesystem::path& root, int pid);

/// The same two for all that `pid` has started and that still runs, added up, `pid` left out. CPU
/// time is with that of what each of them has waited for; peaks are added, though they need not
/// have been at the same time, and pages that processes share count once for each. Fails where it
/// has started nothing.
Result<ProcessCounters> read_started(const std::filesystem::path& root, int pid);
Result<ProcessCounters> read_started_at_begin(const std::filesystem::path& root, int pid);

/// Sets the process's peak resident set back to what is resident now.
Status reset_peak_rss(int pid, const std::filesystem::path& root = "/");

/// What was used between the readings at a window's edges. Threads that began inside the window
/// count in full; those that ended inside it have taken their context switches with them. A CPU
/// time that is counted in ticks and got none is below their resolution: empty, not 0.
Resources resources_between(const ProcessCounters& begin, const ProcessCounters& end);

/// Folder of the process's cgroup in the hierarchy of version 2, which stands in a folder of its
/// own where version 1 is in use too; empty where there is none.
std::filesystem::path cgroup_folder(const std::filesystem::path& root, int pid);

/// The memory of the cgroup (v2) that a process is in.
struct CgroupMemory {
  std::optional<std::int64_t> peak_bytes;
  std::optional<std::int64_t> limit_bytes;  ///< empty: none set, or unknown
  std::optional<std::int64_t> oom_kills;    ///< processes that the kernel killed for memory so far
};
CgroupMemory read_cgroup_memory(const std::filesystem::path& root, int pid);

}  // namespace joulemark::sensors
