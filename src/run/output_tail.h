// SPDX-License-Identifier: Apache-2.0
// The last lines of a worker's output, in bounded memory.
#pragma once

#include <cstddef>
#include <deque>
#include <string>
#include <string_view>

namespace joulemark::run {

/// Keeps the last kLines lines, each cut to kLineBytes. The lines are any bytes; text() makes them
/// printable (see base/text_table.h), so that they can be stored and shown.
class OutputTail {
 public:
  static constexpr std::size_t kLines = 100;
  static constexpr std::size_t kLineBytes = 2000;

  void append(std::string_view bytes);
  [[nodiscard]] std::string text() const;

 private:
  void append_to_last(std::string_view part);

  std::deque<std::string> lines_;
  bool line_is_open_ = false;  ///< the last line has no newline yet
};

}  // namespace joulemark::run
