// SPDX-License-Identifier: Apache-2.0
// Memory: how much there is, what is swapped, and what the kernel does with pages.
#include <fmt/format.h>

#include "host/kernel_file.h"
#include "host/preflight/checks.h"
#include "host/preflight/finding_table.h"

namespace joulemark::host {
namespace {

namespace fs = std::filesystem;

Findings available(const std::string& meminfo) {
  constexpr double kLittle = 0.1;
  const auto total = kibibyte_line(meminfo, "MemTotal:");
  const auto free = kibibyte_line(meminfo, "MemAvailable:");
  if (!total || !free || static_cast<double>(*free) >= kLittle * static_cast<double>(*total))
    return {};
  return {finding_of(
      "memory", fmt::format("only {} of {} MiB of memory are available", *free >> 20, *total >> 20),
      "end programs that hold memory")};
}

Findings swapped(const std::string& meminfo) {
  constexpr long long kMuch = 64LL << 20;
  const auto total = kibibyte_line(meminfo, "SwapTotal:");
  const auto free = kibibyte_line(meminfo, "SwapFree:");
  if (!total || !free || *total - *free < kMuch) return {};
  return {finding_of("swap", fmt::format("{} MiB are swapped out", (*total - *free) >> 20),
                     "sudo swapoff -a")};
}

Findings swapping(const MachineView& view) {
  if (!view.before.swapped_pages || !view.after.swapped_pages) return {};
  const long long pages = *view.after.swapped_pages - *view.before.swapped_pages;
  if (pages <= 0) return {};
  return {finding_of("swapping",
                     fmt::format("{} pages were swapped within {:.1f} s", pages,
                                 to_seconds(view.after.at - view.before.at)),
                     "end programs that hold memory, then: sudo swapoff -a")};
}

Findings balanced(const fs::path& root) {
  const fs::path file = root / "proc/sys/kernel/numa_balancing";
  const auto on = read_number<int>(file);
  const bool several = fs::exists(root / "sys/devices/system/node/node1");
  if (!on || *on == 0 || !several) return {};
  return {finding_of("numa_balancing", "automatic NUMA balancing is on",
                     fmt::format("echo 0 | sudo tee {}", file.string()))};
}

Findings huge_pages(const fs::path& root) {
  const fs::path file = root / "sys/kernel/mm/transparent_hugepage/enabled";
  const auto text = read_small(file);
  if (!text || text->find("[always]") == std::string::npos) return {};
  return {finding_of("huge_pages", "transparent huge pages are on for all memory ('always')",
                     fmt::format("echo madvise | sudo tee {}", file.string()))};
}

}  // namespace

Findings check_memory(const MachineView& view) {
  const std::string meminfo = read_small(view.root / "proc/meminfo").value_or("");
  Findings all;
  for (Findings found : {available(meminfo), swapped(meminfo), swapping(view), balanced(view.root),
                         huge_pages(view.root)})
    std::move(found.begin(), found.end(), std::back_inserter(all));
  return all;
}

}  // namespace joulemark::host
