// SPDX-License-Identifier: Apache-2.0
// Files of a simulated machine in a folder, changed in place as those of /sys are.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "base/descriptor.h"
#include "sim/kinds.h"

namespace joulemark::sim {

/// A file that is written again and again. Readers that hold it open see what it holds now.
class LiveFile {
 public:
  /// Makes `root`/`file.path` with the folders above it.
  static Result<LiveFile> create(const std::filesystem::path& root, const TreeFile& file);

  /// Replaces what the file holds; never a moment when it is empty.
  Status write(std::string_view text);
  /// As of a file of root's: when this process is not root, others' permissions are its own.
  Status set_mode(std::uint64_t mode);

 private:
  LiveFile(Descriptor file, std::string path) : file_(std::move(file)), path_(std::move(path)) {}
  Descriptor file_;
  std::string path_;
  std::size_t size_ = 0;
};

/// All files of `machine` that never change, under `root`, which is made or empty.
Status render_still(const std::filesystem::path& root, const Machine& machine);
/// Its links; last, so that no file is written through one. None leads out of the tree.
Status render_links(const std::filesystem::path& root, const Machine& machine);

}  // namespace joulemark::sim
