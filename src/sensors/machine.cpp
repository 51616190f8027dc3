// SPDX-License-Identifier: Apache-2.0
// The first processor's entry is enough: all of them have the same flags.
#include "sensors/machine.h"

#include "sensors/sysfs_file.h"

namespace joulemark::sensors {

bool is_virtual_machine(const std::filesystem::path& root) {
  const auto cpuinfo = read_small(root / "proc/cpuinfo");
  if (!cpuinfo) return false;
  const auto flags = line_value(*cpuinfo, "flags");
  return flags && (std::string(*flags) + " ").find(" hypervisor ") != std::string::npos;
}

}  // namespace joulemark::sensors
