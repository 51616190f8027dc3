// SPDX-License-Identifier: Apache-2.0
// Server-sent events (WHATWG HTML, 9.2): text/event-stream, written and read.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"

namespace joulemark::api {

/// An event that has `data` alone; lines of it become lines of the event.
std::string write_event(std::string_view data);

struct ServerEvent {
  std::string type = {};  ///< of the field `event`; "" where there is none
  std::string data;
};

/// Reads a stream in whatever parts it comes. The server is not trusted.
class EventReader {
 public:
  /// An event of more bytes than that is refused.
  explicit EventReader(std::size_t most_bytes = std::size_t{16} << 20) : most_bytes_(most_bytes) {}

  /// The events that are whole with these bytes. kFailed for one that is too large; nothing can be
  /// read after that. An event that the stream's end cuts off never comes.
  Result<std::vector<ServerEvent>> read(std::string_view bytes);

 private:
  void take_line(std::vector<ServerEvent>& events);
  void take_field(std::string_view name, std::string_view value);

  std::size_t most_bytes_;
  std::string line_;
  ServerEvent event_;
  bool has_data_ = false;
  bool after_return_ = false;  // the last byte was a CR: an LF behind it ends no other line
  bool is_first_ = true;       // of the stream's lines, which may begin with a byte order mark
};

}  // namespace joulemark::api
