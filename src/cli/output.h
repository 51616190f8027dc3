// SPDX-License-Identifier: Apache-2.0
// Data to standard output, notes to standard error, and what the terminal can show.
#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <string_view>

#include "base/error.h"

namespace joulemark::cli {

/// Writes data to standard output and makes sure that it arrived: kExitOk, or kFailed when the disk
/// is full or the like.
Result<int> print(std::string_view text);

/// Writes data to a file, or to standard output for "-": kExitOk, or why it could not.
Result<int> write_text(const std::filesystem::path& file, std::string_view text);

/// A line on standard error: "joulemark: TEXT", one per line of `text`.
void print_note(std::string_view text);

/// Whether standard output is a terminal and NO_COLOR is not set.
bool stdout_has_colour();
/// Columns of the terminal; 120 for a pipe or a file.
std::size_t stdout_width();

/// `text` wrapped to `width`, for a place that begins at `column`: later lines are indented so far.
std::string wrap_at(std::size_t column, std::string_view text, std::size_t width);

/// "45 s", "3 min 20 s", "2 h 5 min".
std::string duration_text(double seconds);

}  // namespace joulemark::cli
