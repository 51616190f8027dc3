// SPDX-License-Identifier: Apache-2.0
#include "sensors/counters/counter_source.h"

#include "host/kernel_file.h"

namespace joulemark::sensors {

std::optional<std::uint64_t> FileCounter::read() {
  char buffer[64];
  const auto text = file_.read(buffer, sizeof buffer);
  return text ? host::parse_number<std::uint64_t>(*text) : std::nullopt;
}

}  // namespace joulemark::sensors
