// SPDX-License-Identifier: Apache-2.0
// Settings of a machine that a measurement may change for its time.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "base/error.h"

namespace joulemark::host {

/// One file of the kernel's, and what stood in it.
struct SettingChange {
  std::filesystem::path file;  ///< below the root: "sys/devices/system/cpu/cpufreq/boost"
  std::string before;
  std::string wanted;
  bool operator==(const SettingChange&) const = default;
};

/// What has to be changed for a steady machine: every CPU's governor and energy performance
/// preference to "performance", boost off. In the order in which it has to be written, back as
/// well: where the governor is "performance" the kernel refuses another preference. Empty where
/// nothing has to be.
std::vector<SettingChange> wanted_changes(const std::filesystem::path& root);

/// Whether `file` is one that wanted_changes may name: what is read back from a disk is not
/// trusted.
bool is_known_setting(const std::filesystem::path& file);

/// "scaling_governor powersave → performance (8 times), boost 1 → 0".
std::string describe(const std::vector<SettingChange>& changes);

/// Writes one value into a file of the kernel's, in place, and reads it back. kMachine.
Status write_setting(const std::filesystem::path& path, const std::string& value);

}  // namespace joulemark::host
