// SPDX-License-Identifier: Apache-2.0
// The file that remembers what stood in a machine's settings: on the disk before any of them
// changes, and locked by whoever will restore them.
#pragma once

#include <filesystem>
#include <optional>
#include <vector>

#include "base/descriptor.h"
#include "host/prepare/setting_change.h"

namespace joulemark::host {

/// Where the machine below `root` has its record: in `$XDG_STATE_HOME/joulemark`, by its boot,
/// after which the settings are the default ones. kMachine where no folder can be named.
Result<std::filesystem::path> record_path(const std::filesystem::path& root);

/// A record that this process has locked. The lock goes with the last process that has the file
/// open, so that a record is somebody's until the process that would restore is gone.
class ChangeRecord {
 public:
  /// Makes the file where it is missing. kMachine while another process has it locked.
  static Result<ChangeRecord> take(const std::filesystem::path& path);
  /// Nothing where there is no file. kMachine while another process has it locked.
  static Result<std::optional<ChangeRecord>> take_left(const std::filesystem::path& path);

  /// The changes that it tells of. None where it was not written to its end: then none was made.
  [[nodiscard]] std::vector<SettingChange> read() const;
  /// Is on the disk when the call returns.
  [[nodiscard]] Status write(const std::vector<SettingChange>& changes) const;
  /// Nothing has to be restored any more: empties the file for others who have it open, and removes
  /// it unless one of them has: then the name may be another record's.
  void forget() const;

  [[nodiscard]] int descriptor() const { return file_.get(); }

 private:
  ChangeRecord(std::filesystem::path path, Descriptor file)
      : path_(std::move(path)), file_(std::move(file)) {}
  std::filesystem::path path_;
  Descriptor file_;
};

}  // namespace joulemark::host
