// SPDX-License-Identifier: Apache-2.0
// What feeds the machine, and whether its firmware saves power.
#include <fmt/format.h>

#include "host/kernel_file.h"
#include "host/preflight/checks.h"
#include "host/preflight/finding_table.h"

namespace joulemark::host {
namespace {

namespace fs = std::filesystem;

/// Several supplies are several ways to be plugged in.
Findings battery(const fs::path& root) {
  bool any_off = false;
  for (const fs::path& supply : entries_of(root / "sys/class/power_supply", "")) {
    if (read_small(supply / "type").value_or("") != "Mains") continue;
    const auto online = read_number<int>(supply / "online");
    if (online == 1) return {};
    any_off = any_off || online == 0;
  }
  if (!any_off) return {};
  return {finding_of("battery", "the machine runs on its battery", "plug it in")};
}

Findings profile(const fs::path& root) {
  const fs::path file = root / "sys/firmware/acpi/platform_profile";
  const auto text = read_small(file);
  if (!text || text->empty()) return {};
  for (const char* fine : {"performance", "balanced", "balanced-performance", "custom"})
    if (*text == fine) return {};
  return {finding_of("power_profile", fmt::format("the platform profile is '{}'", *text),
                     fmt::format("echo performance | sudo tee {}", file.string()))};
}

}  // namespace

Findings check_power(const MachineView& view) {
  Findings all = battery(view.root);
  Findings more = profile(view.root);
  std::move(more.begin(), more.end(), std::back_inserter(all));
  return all;
}

}  // namespace joulemark::host
