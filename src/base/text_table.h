// SPDX-License-Identifier: Apache-2.0
// Text for terminals and logs: widths, wrapping, aligned tables.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace joulemark {

/// Columns that `text` (UTF-8) takes on a terminal: combining marks take none, East Asian wide
/// characters and emoji two. No escape sequences.
std::size_t display_width(std::string_view text);

/// `text` without anything that could steer a terminal: control characters become spaces, and what
/// is not UTF-8 or turns the direction of writing becomes U+FFFD. For names and messages that come
/// from files and other programs.
std::string printable(std::string_view text);

/// Breaks `text` at spaces into lines of at most `width` columns (0: no limit); lines after the
/// first begin with `indent` spaces. "3 %" and "[1 %, 2 %]" stay whole, and a longer word stands
/// alone. No final newline.
std::string wrap(std::string_view text, std::size_t width, std::size_t indent = 0);

enum class Align { kLeft, kRight };

/// A head over aligned columns, two spaces apart. No trailing spaces.
class TextTable {
 public:
  struct Column {
    std::string head;
    Align align = Align::kLeft;
  };
  explicit TextTable(std::vector<Column> columns);
  /// One cell per column; missing ones are empty.
  void add_row(std::vector<std::string> cells);
  /// Width of the widest line.
  [[nodiscard]] std::size_t width() const;
  /// The head, then one line per row, without newlines.
  [[nodiscard]] std::vector<std::string> lines() const;
  /// lines(), each ended by '\n'.
  [[nodiscard]] std::string to_string() const;

 private:
  [[nodiscard]] std::vector<std::size_t> widths() const;
  std::vector<Column> columns_;
  std::vector<std::vector<std::string>> rows_;  // each has columns_.size() cells
};

}  // namespace joulemark
