// SPDX-License-Identifier: Apache-2.0
// Limits of the control groups around this process.
#include <fmt/format.h>

#include "host/kernel_file.h"
#include "host/machine.h"
#include "host/preflight/checks.h"
#include "host/preflight/finding_table.h"

namespace joulemark::host {
namespace {

namespace fs = std::filesystem;

Findings quota(const fs::path& root) {
  const auto cpus = read_cgroup_limits(root).cpus;
  if (!cpus) return {};
  return {finding_of(
      "cpu_quota", fmt::format("this container may use {:.2f} CPUs", *cpus),
      "start it without a CPU quota (docker: without --cpus), or pin it (--cpuset-cpus)")};
}

/// The files that tell of a group's memory, by the version of control groups.
struct MemoryFiles {
  const char* hierarchy;
  const char* limit;
  const char* used;
  const char* reclaimable;  ///< line of memory.stat: file pages that go when they are asked for
};
constexpr MemoryFiles kVersions[] = {
    {"", "memory.max", "memory.current", "inactive_file "},
    {"memory", "memory.limit_in_bytes", "memory.usage_in_bytes", "total_inactive_file "},
};

struct MemoryUse {
  fs::path group;
  std::int64_t limit = 0;
  std::int64_t used = 0;
  [[nodiscard]] double share() const {
    return static_cast<double>(used) / static_cast<double>(limit);
  }
};

std::optional<MemoryUse> memory_use(const fs::path& group, const MemoryFiles& files) {
  const auto limit = read_number<std::int64_t>(group / files.limit);
  const auto used = read_number<std::int64_t>(group / files.used);
  if (!limit || *limit <= 0 || !used || *used < 0) return std::nullopt;
  const auto stat = read_small(group / "memory.stat");
  const auto line = stat ? line_value(*stat, files.reclaimable) : std::nullopt;
  const auto reclaimable = line ? parse_number<std::int64_t>(*line) : std::nullopt;
  return MemoryUse{
      group, *limit,
      std::max<std::int64_t>(0, *used - std::max<std::int64_t>(0, reclaimable.value_or(0)))};
}

/// The group that is nearest to its limit.
Findings memory(const fs::path& root) {
  constexpr double kNear = 0.8;
  std::optional<MemoryUse> worst;
  for (const MemoryFiles& files : kVersions)
    for (const fs::path& group : cgroup_folders(root, files.hierarchy))
      if (const auto use = memory_use(group, files);
          use && (!worst || use->share() > worst->share()))
        worst = use;
  if (!worst || worst->share() < kNear) return {};
  return {
      finding_of("memory_limit",
                 fmt::format("{} of the {} MiB that control group '{}' may use are in use",
                             worst->used >> 20, worst->limit >> 20, worst->group.string()),
                 "raise the limit (docker: --memory; Slurm: --mem), or end what holds memory in "
                 "the group")};
}

}  // namespace

Findings check_cgroup(const MachineView& view) {
  Findings all = quota(view.root);
  Findings more = memory(view.root);
  std::move(more.begin(), more.end(), std::back_inserter(all));
  return all;
}

}  // namespace joulemark::host
