// SPDX-License-Identifier: Apache-2.0
// A process may end between two of these reads; what it took with it stays empty.
#include "sensors/sampling/process.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <ctime>

#include "base/descriptor.h"
#include "host/kernel_file.h"
#include "sensors/sysfs_file.h"

namespace joulemark::sensors {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kLargestFamily = 1000;

fs::path folder_of(const fs::path& root, int pid) {
  return root / "proc" / std::to_string(pid);
}

/// The fields of /proc/PID/stat from the third on; the second, the name, may hold anything.
std::vector<std::string_view> stat_fields(std::string_view stat) {
  std::vector<std::string_view> fields;
  const auto name_end = stat.rfind(')');
  if (name_end == std::string_view::npos) return fields;
  std::string_view rest = host::trimmed(stat.substr(name_end + 1));
  while (!rest.empty()) {
    const auto end = std::min(rest.find(' '), rest.size());
    fields.push_back(rest.substr(0, end));
    rest = host::trimmed(rest.substr(end));
  }
  return fields;
}

/// Field `number` as proc(5) counts them, from 1.
std::optional<std::int64_t> stat_field(const std::vector<std::string_view>& fields,
                                       std::size_t number) {
  const std::size_t index = number - 3;
  return index < fields.size() ? host::parse_number<std::int64_t>(fields[index]) : std::nullopt;
}

std::optional<double> ticks_to_seconds(std::optional<std::int64_t> ticks) {
  if (!ticks) return std::nullopt;
  return static_cast<double>(*ticks) / static_cast<double>(sysconf(_SC_CLK_TCK));
}

void read_stat(std::string_view stat, ProcessCounters& counters) {
  const auto fields = stat_fields(stat);
  counters.minor_faults = stat_field(fields, 10);
  counters.major_faults = stat_field(fields, 12);
  counters.cpu_user_s = ticks_to_seconds(stat_field(fields, 14));
  counters.cpu_system_s = ticks_to_seconds(stat_field(fields, 15));
  if (counters.cpu_user_s && counters.cpu_system_s)
    counters.cpu_s = *counters.cpu_user_s + *counters.cpu_system_s;
  counters.cpu_step_s = *ticks_to_seconds(1);
}

std::optional<std::vector<ThreadSwitches>> read_switches(const fs::path& folder) {
  std::vector<ThreadSwitches> all;
  std::error_code error;
  for (fs::directory_iterator it(folder / "task", error), end; !error && it != end;
       it.increment(error)) {
    const auto tid = host::parse_number<int>(it->path().filename().string());
    const auto status = host::read_small(it->path() / "status");
    if (!tid || !status) continue;
    const auto number = [&](std::string_view key) {
      const auto value = host::line_value(*status, key);
      return value ? host::parse_number<std::int64_t>(*value) : std::nullopt;
    };
    const auto voluntary = number("voluntary_ctxt_switches:");
    const auto involuntary = number("nonvoluntary_ctxt_switches:");
    if (voluntary && involuntary) all.push_back({*tid, *voluntary, *involuntary});
  }
  if (error || all.empty()) return std::nullopt;
  return all;
}

/// Every thread has children of its own.
void add_children(const fs::path& folder, std::vector<int>& family) {
  std::error_code error;
  for (fs::directory_iterator it(folder / "task", error), end; !error && it != end;
       it.increment(error)) {
    const auto text = host::read_small(it->path() / "children");
    std::string_view rest = text ? std::string_view(*text) : std::string_view();
    while (!(rest = host::trimmed(rest)).empty()) {
      const auto word = rest.substr(0, rest.find(' '));
      if (const auto child = host::parse_number<int>(word)) family.push_back(*child);
      rest.remove_prefix(word.size());
    }
  }
}

/// `pid` and all that it has started and that still runs.
std::vector<int> family_of(const fs::path& root, int pid) {
  std::vector<int> family = {pid};
  for (std::size_t i = 0; i < std::min(family.size(), kLargestFamily); ++i)
    add_children(folder_of(root, family[i]), family);
  return family;
}

/// User and system time of what `stat`'s process has waited for.
void add_waited_for(std::string_view stat, ProcessCounters& counters) {
  const auto fields = stat_fields(stat);
  const auto user_s = ticks_to_seconds(stat_field(fields, 16));
  const auto system_s = ticks_to_seconds(stat_field(fields, 17));
  if (!user_s || !system_s) return;
  if (counters.cpu_s) *counters.cpu_s += *user_s + *system_s;
  if (counters.cpu_user_s) *counters.cpu_user_s += *user_s;
  if (counters.cpu_system_s) *counters.cpu_system_s += *system_s;
}

/// What is not known of one is not known of both.
template <class T>
void add_to(std::optional<T>& sum, const std::optional<T>& more) {
  if (sum && more)
    *sum += *more;
  else
    sum.reset();
}

void add_to(ProcessCounters& sum, const ProcessCounters& more) {
  add_to(sum.cpu_s, more.cpu_s);
  add_to(sum.cpu_user_s, more.cpu_user_s);
  add_to(sum.cpu_system_s, more.cpu_system_s);
  add_to(sum.rss_bytes, more.rss_bytes);
  add_to(sum.peak_rss_bytes, more.peak_rss_bytes);
  add_to(sum.minor_faults, more.minor_faults);
  add_to(sum.major_faults, more.major_faults);
  sum.cpu_step_s = std::max(sum.cpu_step_s, more.cpu_step_s);
  sum.peak_was_reset = sum.peak_was_reset && more.peak_was_reset;
  if (sum.switches && more.switches)
    sum.switches->insert(sum.switches->end(), more.switches->begin(), more.switches->end());
}

/// A process that has ended and that nobody has waited for holds its times, and no memory.
void settle_ended(ProcessCounters& counters) {
  if (counters.peak_rss_bytes) return;
  counters.rss_bytes = counters.peak_rss_bytes = 0;
  counters.peak_was_reset = true;
  if (!counters.switches) counters.switches.emplace();
}

template <class Read>
Result<ProcessCounters> read_all_started(const fs::path& root, int pid, Read read) {
  std::optional<ProcessCounters> sum;
  for (const int one : family_of(root, pid)) {
    if (one == pid) continue;
    auto counters = read(root, one);
    if (!counters) continue;  // it has ended meanwhile
    settle_ended(*counters);
    if (const auto stat = host::read_small(folder_of(root, one) / "stat"))
      add_waited_for(*stat, *counters);
    if (sum)
      add_to(*sum, *counters);
    else
      sum = *std::move(counters);
  }
  if (!sum) return fail(ErrorKind::kFailed, fmt::format("process {} has started none", pid));
  return *std::move(sum);
}

/// What `end` counted beyond `begin`; empty when either is, or when it fell.
template <class T>
std::optional<T> difference(const std::optional<T>& begin, const std::optional<T>& end) {
  if (!begin || !end || *end < *begin) return std::nullopt;
  return *end - *begin;
}

std::optional<std::int64_t> window_peak(const ProcessCounters& begin, const ProcessCounters& end) {
  if (!end.peak_rss_bytes) return std::nullopt;
  const bool is_of_window =
      begin.peak_was_reset || (begin.peak_rss_bytes && *end.peak_rss_bytes > *begin.peak_rss_bytes);
  return is_of_window ? end.peak_rss_bytes : std::nullopt;
}

void add_switches(const ProcessCounters& begin, const ProcessCounters& end, Resources& used) {
  if (!begin.switches || !end.switches) return;
  std::int64_t voluntary = 0;
  std::int64_t involuntary = 0;
  for (const ThreadSwitches& now : *end.switches) {
    const auto before = std::find_if(begin.switches->begin(), begin.switches->end(),
                                     [&](const ThreadSwitches& t) { return t.tid == now.tid; });
    const bool known = before != begin.switches->end();
    voluntary += now.voluntary - (known ? before->voluntary : 0);
    involuntary += now.involuntary - (known ? before->involuntary : 0);
  }
  used.voluntary_switches = voluntary;
  used.involuntary_switches = involuntary;
}

}  // namespace

fs::path process_root(const fs::path& root, int pid) {
  std::error_code error;
  return fs::exists(folder_of(root, pid), error) ? root : fs::path("/");
}

std::optional<int> parent_of(const fs::path& root, int pid) {
  const auto stat = host::read_small(folder_of(process_root(root, pid), pid) / "stat");
  const auto parent = stat ? stat_field(stat_fields(*stat), 4) : std::nullopt;
  return parent ? std::optional(static_cast<int>(*parent)) : std::nullopt;
}

std::optional<int> first_child_of(const fs::path& root, int pid) {
  std::vector<int> children;
  add_children(folder_of(root, pid), children);
  return children.empty() ? std::nullopt : std::optional(children.front());
}

std::optional<double> process_cpu_s(int pid) {
  clockid_t clock{};
  timespec time{};
  if (clock_getcpuclockid(pid, &clock) != 0 || clock_gettime(clock, &time) != 0)
    return std::nullopt;
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) * 1e-9;
}

std::optional<double> cpu_s_of_stat(std::string_view stat) {
  ProcessCounters counters;
  read_stat(stat, counters);
  return counters.cpu_s;
}

std::optional<double> family_cpu_s(const fs::path& root, int pid) {
  std::optional<double> sum;
  for (const int one : family_of(root, pid)) {
    const auto stat = host::read_small(folder_of(root, one) / "stat");
    if (!stat) continue;
    const auto fields = stat_fields(*stat);
    for (const std::size_t number : {14, 15, 16, 17})
      if (const auto seconds = ticks_to_seconds(stat_field(fields, number)))
        sum = sum.value_or(0) + *seconds;
  }
  return sum;
}

Result<ProcessCounters> read_process(const fs::path& root, int pid) {
  const fs::path folder = folder_of(root, pid);
  ProcessCounters counters;
  counters.t_ns = monotonic_now();
  const auto stat = host::read_small(folder / "stat");
  if (!stat)
    return fail(ErrorKind::kFailed, fmt::format("cannot read '{}': {}", (folder / "stat").string(),
                                                errno_text(stat.error())));
  read_stat(*stat, counters);
  if (root == "/") {
    if (const auto exact = process_cpu_s(pid)) {
      counters.cpu_s = exact;
      counters.cpu_step_s = 0;
    }
  }
  if (const auto status = host::read_small(folder / "status")) {
    counters.rss_bytes = host::kibibyte_line(*status, "VmRSS:");
    counters.peak_rss_bytes = host::kibibyte_line(*status, "VmHWM:");
  }
  counters.switches = read_switches(folder);
  return counters;
}

Result<ProcessCounters> read_process_at_begin(const fs::path& root, int pid) {
  auto counters = read_process(root, pid);
  if (counters) counters->peak_was_reset = reset_peak_rss(pid, root).has_value();
  return counters;
}

Result<ProcessCounters> read_started(const fs::path& root, int pid) {
  return read_all_started(root, pid, read_process);
}

Result<ProcessCounters> read_started_at_begin(const fs::path& root, int pid) {
  return read_all_started(root, pid, read_process_at_begin);
}

Status reset_peak_rss(int pid, const fs::path& root) {
  const fs::path path = folder_of(root, pid) / "clear_refs";
  const Descriptor file(open(path.c_str(), O_WRONLY | O_CLOEXEC));
  if (file.get() >= 0 && write(file.get(), "5", 1) == 1) return {};
  return fail(ErrorKind::kFailed,
              fmt::format("cannot write '{}': {}", path.string(), errno_text(errno)));
}

Resources resources_between(const ProcessCounters& begin, const ProcessCounters& end) {
  Resources used;
  used.cpu_s = difference(begin.cpu_s, end.cpu_s);
  if (used.cpu_s && *used.cpu_s < end.cpu_step_s / 2) used.cpu_s.reset();
  used.cpu_user_s = difference(begin.cpu_user_s, end.cpu_user_s);
  used.cpu_system_s = difference(begin.cpu_system_s, end.cpu_system_s);
  used.peak_rss_bytes = window_peak(begin, end);
  used.load_peak_rss_bytes = begin.peak_rss_bytes;
  used.minor_faults = difference(begin.minor_faults, end.minor_faults);
  used.major_faults = difference(begin.major_faults, end.major_faults);
  add_switches(begin, end, used);
  return used;
}

fs::path cgroup_folder(const fs::path& root, int pid) {
  const auto text = host::read_small(folder_of(root, pid) / "cgroup");
  if (!text) return {};
  const auto path = host::line_value(*text, "0::");
  if (!path || path->find("..") != std::string_view::npos) return {};
  std::error_code error;
  const fs::path mount = root / "sys/fs/cgroup";
  const bool hybrid = fs::exists(mount / "unified/cgroup.controllers", error);
  return (hybrid ? mount / "unified" : mount) / fs::path(*path).relative_path();
}

CgroupMemory read_cgroup_memory(const fs::path& root, int pid) {
  CgroupMemory memory;
  const fs::path folder = cgroup_folder(root, pid);
  if (folder.empty()) return memory;
  memory.peak_bytes = host::read_number<std::int64_t>(folder / "memory.peak");
  memory.limit_bytes = host::read_number<std::int64_t>(folder / "memory.max");
  if (const auto events = host::read_small(folder / "memory.events"))
    if (const auto kills = host::line_value(*events, "oom_kill "))
      memory.oom_kills = host::parse_number<std::int64_t>(*kills);
  return memory;
}

}  // namespace joulemark::sensors
