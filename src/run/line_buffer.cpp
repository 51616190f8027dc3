// SPDX-License-Identifier: Apache-2.0
// Lines out of pieces.
#include "run/line_buffer.h"

namespace joulemark::run {

void LineBuffer::append(std::string_view bytes) {
  if (begin_ > 0) bytes_.erase(0, begin_);
  scanned_ -= begin_;
  begin_ = 0;
  bytes_ += bytes;
}

std::optional<std::string> LineBuffer::take() {
  const std::size_t end = bytes_.find('\n', scanned_);
  if (end == std::string::npos) {
    scanned_ = bytes_.size();
    return std::nullopt;
  }
  std::string line;
  if (begin_ == 0 && end + 1 == bytes_.size()) {
    line.swap(bytes_);  // the usual case: exactly one line, which may be large, so it is not copied
    line.pop_back();
    begin_ = scanned_ = 0;
    return line;
  }
  line.assign(bytes_, begin_, end - begin_);
  begin_ = scanned_ = end + 1;
  if (begin_ == bytes_.size()) {
    bytes_.clear();
    begin_ = scanned_ = 0;
  }
  return line;
}

}  // namespace joulemark::run
