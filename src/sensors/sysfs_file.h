// SPDX-License-Identifier: Apache-2.0
// A kernel file that is kept open and read again and again.
#pragma once

#include <cstddef>
#include <filesystem>
#include <string_view>
#include <tl/expected.hpp>
#include <utility>

#include "base/descriptor.h"

namespace joulemark::sensors {

/// A file of /sys or /proc that is read many times: opened once, each read starts at its begin.
class SysfsFile {
 public:
  /// The error is an errno.
  static tl::expected<SysfsFile, int> open(const std::filesystem::path& path);

  /// What the file holds now, at most `size` bytes of it, as a view into `buffer`; the error is an
  /// errno.
  tl::expected<std::string_view, int> read(char* buffer, std::size_t size) const;

 private:
  explicit SysfsFile(Descriptor file) : file_(std::move(file)) {}
  Descriptor file_;
};

}  // namespace joulemark::sensors
