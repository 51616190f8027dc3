// SPDX-License-Identifier: Apache-2.0
// Puts settings back as they were, unless somebody else has changed them since.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "host/prepare/change_record.h"

namespace joulemark::host {

/// What became of the settings.
struct Restored {
  std::vector<SettingChange> done;  ///< put back
  std::vector<std::string> left;    ///< why others were left as they are, a sentence each
  std::vector<std::string> failed;  ///< what could not be written, and why
};

/// Restores what `record` tells of, and forgets it unless something could not be written. A value
/// that is neither what was set nor what stood there is somebody else's.
Restored restore(const std::filesystem::path& root, const ChangeRecord& record);

/// Restores what a process that is gone has left of the machine below `root`; nothing where there
/// is nothing. kMachine while the process that prepared it lives.
Result<Restored> restore_left(const std::filesystem::path& root);

/// Sentences for people, one each: "restored: boost 0 → 1". Empty where nothing was done.
std::vector<std::string> lines_of(const Restored& restored);

}  // namespace joulemark::host
