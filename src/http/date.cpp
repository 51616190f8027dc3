// SPDX-License-Identifier: Apache-2.0
#include "http/date.h"

#include <fmt/format.h>

#include <array>
#include <ctime>

namespace joulemark::http {

std::string http_date(std::time_t time) {
  static constexpr std::array kDays = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  static constexpr std::array kMonths = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                         "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  std::tm utc{};
  ::gmtime_r(&time, &utc);
  // Not by strftime, which speaks the user's language.
  return fmt::format("{}, {:02} {} {} {:02}:{:02}:{:02} GMT",
                     kDays[static_cast<std::size_t>(utc.tm_wday)], utc.tm_mday,
                     kMonths[static_cast<std::size_t>(utc.tm_mon)], utc.tm_year + 1900, utc.tm_hour,
                     utc.tm_min, utc.tm_sec);
}

std::string DateNow::text() {
  const std::lock_guard lock(mutex_);
  if (const std::time_t now = std::time(nullptr); now != time_ || text_.empty()) {
    time_ = now;
    text_ = http_date(now);
  }
  return text_;
}

}  // namespace joulemark::http
