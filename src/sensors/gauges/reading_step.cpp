// SPDX-License-Identifier: Apache-2.0
#include "sensors/gauges/reading_step.h"

#include <algorithm>
#include <limits>
#include <numeric>

namespace joulemark::sensors {
void ReadingStep::see(long long value) {
  if (value == 0 || value == std::numeric_limits<long long>::min()) return;
  divisor_ = std::gcd(divisor_, value);
  const auto known = seen_.begin() + static_cast<std::ptrdiff_t>(different_);
  if (different_ < kEnough && std::find(seen_.begin(), known, value) == known)
    seen_[different_++] = value;
}

double ReadingStep::step() const {
  return different_ == kEnough ? static_cast<double>(divisor_) : 1;
}

}  // namespace joulemark::sensors
