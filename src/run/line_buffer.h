// SPDX-License-Identifier: Apache-2.0
// Cuts a stream of bytes into lines of bounded length.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace joulemark::run {

/// Holds what was received and not yet taken. Every byte is looked at once, however many pieces a
/// line comes in.
class LineBuffer {
 public:
  explicit LineBuffer(std::size_t max_line_bytes) : max_line_bytes_(max_line_bytes) {}

  void append(std::string_view bytes);
  /// The next complete line without its newline, removed from the buffer.
  std::optional<std::string> take();
  /// Whether the unfinished line has passed the bound. Ask when `take` has nothing to give.
  [[nodiscard]] bool overflowed() const { return bytes_.size() - begin_ > max_line_bytes_; }

 private:
  std::size_t max_line_bytes_;
  std::string bytes_;
  std::size_t begin_ = 0;    ///< first byte not yet taken
  std::size_t scanned_ = 0;  ///< no newline in [begin_, scanned_)
};

}  // namespace joulemark::run
