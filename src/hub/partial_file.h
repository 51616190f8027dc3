// SPDX-License-Identifier: Apache-2.0
// A file that is being downloaded: it grows at its end, and its errors are kept for the caller.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string_view>

#include "base/descriptor.h"
#include "base/error.h"

namespace joulemark::hub {

class PartialFile {
 public:
  /// Opens or makes it. kMachine when that fails.
  static Result<PartialFile> open(std::filesystem::path path);

  /// Bytes that it holds.
  [[nodiscard]] std::uint64_t bytes() const { return bytes_; }
  [[nodiscard]] int descriptor() const { return file_.get(); }

  /// Adds to its end. kMachine when the disk is full; what fitted stays.
  [[nodiscard]] Status append(std::string_view data);
  /// Empties it.
  [[nodiscard]] Status clear();
  /// Makes it durable under its final name, at once and whole.
  [[nodiscard]] Status move_to(const std::filesystem::path& path);
  void remove();

 private:
  PartialFile(std::filesystem::path path, Descriptor file, std::uint64_t bytes)
      : path_(std::move(path)), file_(std::move(file)), bytes_(bytes) {}
  std::filesystem::path path_;
  Descriptor file_;
  std::uint64_t bytes_ = 0;
};

}  // namespace joulemark::hub
