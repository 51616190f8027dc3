// SPDX-License-Identifier: Apache-2.0
#include "api/sse.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace joulemark::api {
namespace {

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

}  // namespace

std::string write_event(std::string_view data) {
  std::string event;
  event.reserve(data.size() + 8);
  while (true) {
    const std::size_t end = data.find_first_of("\r\n");
    event += "data: ";
    event += data.substr(0, end);
    event += '\n';
    if (end == std::string_view::npos) break;
    data.remove_prefix(end + (data.substr(end).starts_with("\r\n") ? 2 : 1));
  }
  event += '\n';
  return event;
}

Result<std::vector<ServerEvent>> EventReader::read(std::string_view bytes) {
  std::vector<ServerEvent> events;
  while (!bytes.empty()) {
    if (std::exchange(after_return_, false) && bytes.front() == '\n') {
      bytes.remove_prefix(1);
      continue;
    }
    const std::size_t end = std::min(bytes.find_first_of("\r\n"), bytes.size());
    line_ += bytes.substr(0, end);
    if (line_.size() + event_.data.size() > most_bytes_)
      return fail(ErrorKind::kFailed,
                  fmt::format("an event of the stream is larger than {} bytes", most_bytes_));
    if (end == bytes.size()) break;
    after_return_ = bytes[end] == '\r';
    bytes.remove_prefix(end + 1);
    take_line(events);
  }
  return events;
}

void EventReader::take_line(std::vector<ServerEvent>& events) {
  std::string_view line = line_;
  if (std::exchange(is_first_, false) && line.starts_with(kByteOrderMark))
    line.remove_prefix(kByteOrderMark.size());
  if (line.empty()) {
    if (std::exchange(has_data_, false)) events.push_back(std::move(event_));
    event_ = {};
  } else if (const std::size_t colon = line.find(':'); colon != 0) {  // else it is a comment
    std::string_view value = colon == std::string_view::npos ? "" : line.substr(colon + 1);
    if (value.starts_with(' ')) value.remove_prefix(1);
    take_field(line.substr(0, colon), value);
  }
  line_.clear();
}

void EventReader::take_field(std::string_view name, std::string_view value) {
  if (name == "event") event_.type = value;
  if (name != "data") return;
  if (std::exchange(has_data_, true)) event_.data += '\n';
  event_.data += value;
}

}  // namespace joulemark::api
