// SPDX-License-Identifier: Apache-2.0
// The machine's clocks.
#include <fmt/format.h>

#include "host/kernel_file.h"
#include "host/preflight/checks.h"
#include "host/preflight/finding_table.h"

namespace joulemark::host {
namespace {

Findings source(const std::filesystem::path& root) {
  const auto name =
      read_small(root / "sys/devices/system/clocksource/clocksource0/current_clocksource");
  if (!name) return {};
  for (const char* fast : {"tsc", "kvm-clock", "hyperv_clocksource_tsc_page", "arch_sys_counter"})
    if (*name == fast) return {};
  return {finding_of("clocksource", fmt::format("the kernel's clock is '{}'", *name),
                     "boot with tsc=reliable where the processor's counter is sound")};
}

Findings synchronised(const MachineView& view) {
  if (view.system.clock_is_synchronised().value_or(true)) return {};
  return {finding_of("time_sync", "the machine's clock is not synchronised",
                     "sudo timedatectl set-ntp true")};
}

}  // namespace

Findings check_clocks(const MachineView& view) {
  Findings all = source(view.root);
  Findings more = synchronised(view);
  std::move(more.begin(), more.end(), std::back_inserter(all));
  return all;
}

}  // namespace joulemark::host
