// SPDX-License-Identifier: Apache-2.0
// What the processors are, and which of them are ours.
#include <fmt/format.h>

#include "host/kernel_file.h"
#include "host/machine.h"
#include "host/preflight/checks.h"
#include "host/preflight/finding_table.h"

namespace joulemark::host {
namespace {

namespace fs = std::filesystem;

Findings threads_of_cores(const fs::path& root) {
  if (read_number<int>(cpu_folder(root) / "smt/active") != 1) return {};
  return {finding_of("smt", "two threads share a core (SMT)",
                     "set affinity to one CPU of each core, or: echo off | sudo tee " +
                         (cpu_folder(root) / "smt/control").string())};
}

Findings few(int cpus) {
  constexpr int kFew = 2;
  if (cpus == 0 || cpus > kFew) return {};
  return {finding_of("few_cores", cpus == 1 ? "there is only 1 CPU"
                                            : fmt::format("there are only {} CPUs", cpus))};
}

Findings allowed(const fs::path& root, int cpus) {
  const auto status = read_small(root / "proc/self/status");
  const auto list = status ? line_value(*status, "Cpus_allowed_list:") : std::nullopt;
  if (!list) return {};
  const int ours = static_cast<int>(parse_cpu_list(*list).size());
  if (ours == 0 || ours >= cpus) return {};
  return {finding_of("cpu_set",
                     fmt::format("this process may run on {} of {} CPUs ({})", ours, cpus, *list),
                     "start it without taskset, or the container without --cpuset-cpus, where all "
                     "CPUs are meant to be measured")};
}

Findings virtualised(const fs::path& root) {
  if (!is_virtual_machine(root)) return {};
  return {finding_of("vm", "this is a virtual machine",
                     "measure on the bare machine where the numbers must be exact")};
}

}  // namespace

fs::path cpu_folder(const fs::path& root) {
  return root / "sys/devices/system/cpu";
}

/// Where neither is there, the other checks find nothing because they see nothing.
Findings check_visible(const MachineView& view) {
  const fs::path& root = view.root;
  if (!entries_of(root / "sys", "").empty() || !entries_of(root / "proc", "").empty()) return {};
  return {finding_of("unseen",
                     fmt::format("nothing of this machine can be seen: '{}' holds neither sys nor "
                                 "proc",
                                 root.string()),
                     "give --root a folder that holds them, or mount /proc and /sys")};
}

Findings check_processors(const MachineView& view) {
  const int cpus = read_processors(view.root).logical;
  Findings all = threads_of_cores(view.root);
  for (Findings found : {few(cpus), allowed(view.root, cpus), virtualised(view.root)})
    std::move(found.begin(), found.end(), std::back_inserter(all));
  return all;
}

}  // namespace joulemark::host
