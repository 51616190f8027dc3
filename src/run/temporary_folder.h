// SPDX-License-Identifier: Apache-2.0
// A folder for what one run writes and nobody keeps.
#pragma once

#include <filesystem>

#include "base/descriptor.h"
#include "base/error.h"

namespace joulemark::run {

/// A folder in $TMPDIR, or in /tmp, that is removed with what it holds. A process that was killed
/// leaves its folder; the next `create` removes those whose owner is dead.
class TemporaryFolder {
 public:
  /// kMachine when it cannot be made.
  static Result<TemporaryFolder> create();
  ~TemporaryFolder();
  TemporaryFolder(TemporaryFolder&& other) noexcept;
  TemporaryFolder& operator=(TemporaryFolder&&) = delete;
  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

 private:
  TemporaryFolder(std::filesystem::path path, Descriptor lock);
  /// The folder, or that its disk is full.
  static Result<TemporaryFolder> checked(TemporaryFolder folder);
  std::filesystem::path path_;
  Descriptor lock_;  ///< held while this process lives
};

/// kMachine when the file system of `folder` has no space left (less than a page), and what to do.
Status check_space(const std::filesystem::path& folder);

}  // namespace joulemark::run
