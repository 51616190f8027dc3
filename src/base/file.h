// SPDX-License-Identifier: Apache-2.0
// Whole-file reads and durable writes that fail with a sentence.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

#include "base/error.h"

namespace joulemark {

/// The file's bytes. Fails when it cannot be opened or read, or is larger than `max_bytes`. A pipe
/// is read to its end; one that nobody writes to fails at once.
Result<std::string> read_file(const std::filesystem::path& path,
                              std::uintmax_t max_bytes = std::uintmax_t{1} << 31);

/// Writes `text` to a temporary file beside `path` and renames it there, so that a reader sees the
/// old file or the whole new one, also when the disk is full (kMachine). A device, a pipe or a
/// symbolic link is never replaced: it is opened and written to.
Status write_file(const std::filesystem::path& path, std::string_view text);

/// Whether write_file can begin: the folder is there and may be written to, and `path` is no
/// folder. Writes nothing.
Status check_writable(const std::filesystem::path& path);

}  // namespace joulemark
