// SPDX-License-Identifier: Apache-2.0
// Whole-file reads and durable writes that fail with a sentence.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

#include "base/error.h"

namespace joulemark {

/// The file's bytes. Fails when it cannot be opened or read, or is larger than `max_bytes`.
Result<std::string> read_file(const std::filesystem::path& path,
                              std::uintmax_t max_bytes = std::uintmax_t{1} << 31);

/// Writes `text` to a temporary file beside `path` and renames it there, so that a reader sees the
/// old file or the whole new one, also when the disk is full.
Status write_file(const std::filesystem::path& path, std::string_view text);

}  // namespace joulemark
