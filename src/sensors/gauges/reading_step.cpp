// SPDX-License-Identifier: Apache-2.0
#include "sensors/gauges/reading_step.h"

#include <algorithm>
#include <cstdlib>
#include <limits>
#include <numeric>

namespace joulemark::sensors {
namespace {

/// A number of so few steps would tell next to nothing.
constexpr long long kLeastSteps = 20;

}  // namespace

void ReadingStep::see(long long value) {
  if (value == 0 || value == std::numeric_limits<long long>::min()) return;
  divisor_ = std::gcd(divisor_, value);
  least_ = std::min(least_, std::abs(value));
  const auto known = seen_.begin() + static_cast<std::ptrdiff_t>(different_);
  if (different_ < kEnough && std::find(seen_.begin(), known, value) == known)
    seen_[different_++] = value;
}

double ReadingStep::proven_step() const {
  return different_ == kEnough ? static_cast<double>(divisor_) : 1;
}

double ReadingStep::step() const {
  if (different_ == kEnough) return proven_step();
  long long round = 1;
  while (divisor_ != 0 && divisor_ % (round * 10) == 0 && round * 10 <= least_ / kLeastSteps)
    round *= 10;
  return static_cast<double>(round);
}

}  // namespace joulemark::sensors
