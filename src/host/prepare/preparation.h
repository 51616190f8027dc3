// SPDX-License-Identifier: Apache-2.0
// A machine whose settings are changed for the time of an experiment, and restored however that
// ends.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "host/prepare/restore.h"
#include "host/prepare/watchdog.h"

namespace joulemark::host {

/// Told once what will be changed, before it is; empty where nothing has to be.
using Announce = std::function<void(const std::vector<SettingChange>& changes)>;
/// Told what was restored. Also in the process that restores when this one was killed.
using Tell = std::function<void(const Restored& restored)>;

/// The old values are on the disk before the first is changed. They are restored at the end of this
/// object; where the program is killed, by a process that waits for that; and where that is killed,
/// too, by restore_left.
class Preparation {
 public:
  /// To be called before the program starts threads. Restores first what a process that is gone has
  /// left. kMachine when a setting may not be written, with all restored, or when another process
  /// holds the machine prepared.
  static Result<Preparation> begin(const std::filesystem::path& root, const Announce& announce,
                                   const Tell& tell);
  Preparation(Preparation&&) noexcept = default;
  Preparation& operator=(Preparation&&) = delete;
  /// Restores.
  ~Preparation();

 private:
  Preparation(std::filesystem::path root, ChangeRecord record, Tell tell)
      : root_(std::move(root)),
        record_(std::make_unique<ChangeRecord>(std::move(record))),
        tell_(std::move(tell)) {}
  Status apply(const std::vector<SettingChange>& changes);

  std::filesystem::path root_;
  std::unique_ptr<ChangeRecord> record_;  ///< null when moved from
  Tell tell_;
  std::optional<Watchdog> watchdog_;
};

}  // namespace joulemark::host
