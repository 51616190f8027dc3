// SPDX-License-Identifier: Apache-2.0
#include "simulated_drivers/clock.h"

#include <fcntl.h>
#include <unistd.h>

#include <string_view>

#include "base/clock.h"
#include "host/kernel_file.h"

namespace simulated {

MachineClock::MachineClock(const std::filesystem::path& file)
    : file_(open(file.c_str(), O_RDONLY | O_CLOEXEC)), start_(joulemark::monotonic_now()) {
  read();
}

/// What cannot be read leaves the time as it is.
void MachineClock::read() {
  char buffer[64];
  const ssize_t count = file_.get() >= 0 ? pread(file_.get(), buffer, sizeof buffer, 0) : -1;
  if (count <= 0) return;
  const std::string_view text(buffer, static_cast<std::size_t>(count));
  const auto blank = text.find(' ');
  if (blank == text.npos) return;
  const auto ns = joulemark::host::parse_number<Time>(text.substr(blank));
  if (!ns) return;
  is_real_ = text.substr(0, blank) != "scripted";
  start_ = *ns;
}

Time MachineClock::now() {
  read();
  return is_real_ ? joulemark::monotonic_now() - start_ : start_;
}

}  // namespace simulated
