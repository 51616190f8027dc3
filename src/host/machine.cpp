// SPDX-License-Identifier: Apache-2.0
// Both cgroup versions: a limit is a limit whichever hierarchy holds it.
#include "host/machine.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <utility>

#include "host/kernel_file.h"

namespace joulemark::host {
namespace {

namespace fs = std::filesystem;

/// The folder of the processor's cache of the highest level.
std::optional<fs::path> last_cache(const fs::path& cpu) {
  std::optional<fs::path> last;
  int highest = 0;
  for (const fs::path& cache : entries_of(cpu / "cache", "index")) {
    const int level = read_number<int>(cache / "level").value_or(0);
    if (level <= highest) continue;
    highest = level;
    last = cache;
  }
  return last;
}

/// "32768K" and "32M" in bytes.
std::optional<std::int64_t> size_text(const fs::path& path) {
  constexpr std::int64_t kMost = std::int64_t{1} << 24;
  const auto text = read_small(path);
  if (!text || text->empty()) return std::nullopt;
  const int shift = text->back() == 'K' ? 10 : text->back() == 'M' ? 20 : 0;
  const auto number = parse_number<std::int64_t>(
      std::string_view(*text).substr(0, text->size() - (shift > 0 ? 1 : 0)));
  if (!number || *number < 0 || (shift > 0 && *number > kMost)) return std::nullopt;
  return *number << shift;
}

template <class T>
void tighten(std::optional<T>& limit, std::optional<T> other) {
  if (other && (!limit || *other < *limit)) limit = other;
}

/// "150000 100000" is one and a half processors; "max 100000" no limit.
std::optional<double> parse_cpu_max(std::string_view text) {
  const auto blank = text.find(' ');
  if (blank == std::string_view::npos) return std::nullopt;
  const auto quota = parse_number<double>(text.substr(0, blank));
  const auto period = parse_number<double>(text.substr(blank + 1));
  if (!quota || !period || *quota <= 0 || *period <= 0) return std::nullopt;
  return *quota / *period;
}

std::optional<double> read_cfs_quota(const fs::path& folder) {
  const auto quota = read_number<long long>(folder / "cpu.cfs_quota_us");
  const auto period = read_number<long long>(folder / "cpu.cfs_period_us");
  if (!quota || !period || *quota <= 0 || *period <= 0) return std::nullopt;
  return static_cast<double>(*quota) / static_cast<double>(*period);
}

/// Version 1 says "no limit" by the largest number of pages.
std::optional<std::int64_t> read_memory_limit(const fs::path& file) {
  constexpr std::int64_t kNoLimit = std::int64_t{1} << 60;
  const auto limit = read_number<std::int64_t>(file);
  return limit && *limit > 0 && *limit < kNoLimit ? limit : std::nullopt;
}

}  // namespace

std::set<int> parse_cpu_list(std::string_view text) {
  constexpr int kMaxCpu = 1 << 16;
  std::set<int> cpus;
  while (!text.empty()) {
    const auto comma = std::min(text.find(','), text.size());
    const std::string_view part = text.substr(0, comma);
    text.remove_prefix(std::min(comma + 1, text.size()));
    const auto dash = part.find('-');
    const auto first = parse_number<int>(part.substr(0, dash));
    const auto last =
        dash == std::string_view::npos ? first : parse_number<int>(part.substr(dash + 1));
    if (!first || !last || *first < 0 || *last > kMaxCpu) continue;
    for (int cpu = *first; cpu <= *last; ++cpu) cpus.insert(cpu);
  }
  return cpus;
}

std::vector<fs::path> cgroup_folders(const fs::path& root, const std::string& hierarchy) {
  const auto text = read_small(root / "proc/self/cgroup");
  if (!text) return {};
  const fs::path mount = root / "sys/fs/cgroup" / hierarchy;
  std::vector<fs::path> folders;
  for (std::string_view rest = *text; !rest.empty();) {
    const auto end = std::min(rest.find('\n'), rest.size());
    const std::string_view line = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 1, rest.size()));
    const auto first = line.find(':');
    const auto second = line.find(':', first + 1);
    if (first == std::string_view::npos || second == std::string_view::npos) continue;
    const std::string names = fmt::format(",{},", line.substr(first + 1, second - first - 1));
    const std::string wanted = fmt::format(",{},", hierarchy);
    if (hierarchy.empty() ? names != ",," : names.find(wanted) == std::string::npos) continue;
    fs::path path = fs::path(line.substr(second + 1)).relative_path();
    for (; !path.empty(); path = path.parent_path()) folders.push_back(mount / path);
    folders.push_back(mount);
    return folders;
  }
  return folders;
}

Processors read_processors(const fs::path& root) {
  const fs::path folder = root / "sys/devices/system/cpu";
  Processors processors;
  const auto cpus = parse_cpu_list(read_small(folder / "online").value_or(""));
  std::set<std::pair<int, int>> cores;
  std::set<int> sockets;
  for (const int cpu : cpus) {
    const fs::path topology = folder / fmt::format("cpu{}", cpu) / "topology";
    const auto socket = read_number<int>(topology / "physical_package_id");
    const auto core = read_number<int>(topology / "core_id");
    if (!socket || !core) continue;
    sockets.insert(*socket);
    cores.emplace(*socket, *core);
  }
  processors.logical = static_cast<int>(cpus.size());
  processors.cores = static_cast<int>(cores.size());
  processors.sockets = static_cast<int>(sockets.size());
  return processors;
}

CgroupLimits read_cgroup_limits(const fs::path& root) {
  CgroupLimits limits;
  for (const fs::path& folder : cgroup_folders(root, "")) {
    tighten(limits.cpus, parse_cpu_max(read_small(folder / "cpu.max").value_or("")));
    tighten(limits.memory_bytes, read_memory_limit(folder / "memory.max"));
  }
  for (const fs::path& folder : cgroup_folders(root, "cpu"))
    tighten(limits.cpus, read_cfs_quota(folder));
  for (const fs::path& folder : cgroup_folders(root, "memory"))
    tighten(limits.memory_bytes, read_memory_limit(folder / "memory.limit_in_bytes"));
  return limits;
}

std::optional<std::int64_t> last_cache_bytes(const fs::path& root) {
  std::set<std::string> seen;
  std::int64_t sum = 0;
  for (const fs::path& cpu : entries_of(root / "sys/devices/system/cpu", "cpu")) {
    const auto last = last_cache(cpu);
    const auto size = last ? size_text(*last / "size") : std::nullopt;
    if (!size) continue;
    const auto shared = read_small(*last / "shared_cpu_list");
    if (seen.insert(shared.value_or(cpu.filename().string())).second) sum += *size;
  }
  return sum > 0 ? std::optional(sum) : std::nullopt;
}

bool is_virtual_machine(const fs::path& root) {
  const auto cpuinfo = read_small(root / "proc/cpuinfo");
  if (!cpuinfo) return false;
  const auto flags = colon_value(*cpuinfo, "flags");
  return flags && (*flags + " ").find(" hypervisor ") != std::string::npos;
}

std::optional<std::string> simulated_machine(const fs::path& root) {
  const auto name = read_small(root / "sim/machine");
  return name && !name->empty() ? std::optional(*name) : std::nullopt;
}

std::string powercap_remedy(const fs::path& root) {
  return fmt::format("sudo chmod a+r {}/intel-rapl*/energy_uj",
                     (root / "sys/class/powercap").string());
}

std::string reload_remedy(const fs::path& root, const std::string& module) {
  if (is_virtual_machine(root)) return "";
  return fmt::format("sudo modprobe -r {0} && sudo modprobe {0}", module);
}

}  // namespace joulemark::host
