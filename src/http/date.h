// SPDX-License-Identifier: Apache-2.0
// The header Date (RFC 9110, 6.6.1).
#pragma once

#include <ctime>
#include <mutex>
#include <string>

namespace joulemark::http {

/// "Sun, 06 Nov 1994 08:49:37 GMT".
std::string http_date(std::time_t time);

/// Made once a second. Used from any thread.
class DateNow {
 public:
  std::string text();

 private:
  std::mutex mutex_;
  std::time_t time_ = 0;
  std::string text_;
};

}  // namespace joulemark::http
