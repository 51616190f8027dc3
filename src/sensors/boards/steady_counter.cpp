// SPDX-License-Identifier: Apache-2.0
// compute-runtime#938: one reading near 0, and then 3.69 TW.
#include "sensors/boards/steady_counter.h"

namespace joulemark::sensors {

std::optional<std::uint64_t> SteadyCounter::read() {
  auto raw = meter_->counter();
  if (raw && *raw < last_) raw = meter_->counter();
  if (!raw) return std::nullopt;
  const bool was_reset = fallen_ && *raw > *fallen_;
  if (*raw < last_ && !was_reset) {
    fallen_ = raw;
    return std::nullopt;
  }
  fallen_.reset();
  last_ = *raw;
  return raw;
}

}  // namespace joulemark::sensors
