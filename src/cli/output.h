// SPDX-License-Identifier: Apache-2.0
// Data to standard output, notes to standard error, and what the terminal can show.
#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <string_view>

#include "base/error.h"

namespace joulemark::cli {

/// Occupies the descriptors 0 to 2 where the caller closed them, lest a store or a socket of ours
/// becomes one of them and is written to as if it were stderr. Writing to a closed one still fails.
void occupy_standard_streams();

/// Writes data to standard output and makes sure that it arrived: kExitOk, or kFailed when the disk
/// is full or the like.
Result<int> print(std::string_view text);

/// Writes data to a file, or to standard output for "-": kExitOk, or why it could not.
Result<int> write_text(const std::filesystem::path& file, std::string_view text);

/// Writes to standard error as it is; one that is closed is no failure.
void print_error_text(std::string_view text);

/// A line on standard error: "joulemark: TEXT", one per line of `text`.
void print_note(std::string_view text);

/// Whether standard output is a terminal and NO_COLOR is not set.
bool stdout_has_colour();
/// Columns of the terminal; 120 for a pipe or a file.
std::size_t stdout_width();
/// The same for tables, which need not be broken in a pipe or a file: 0, no limit.
std::size_t stdout_table_width();

/// `text` wrapped to `width`, for a place that begins at `column`: later lines are indented so far.
std::string wrap_at(std::size_t column, std::string_view text, std::size_t width);

/// "45 s", "3 min 20 s", "2 h 5 min".
std::string duration_text(double seconds);

}  // namespace joulemark::cli
