// SPDX-License-Identifier: Apache-2.0
#include "sensors/sampling/tick_grid.h"

namespace joulemark::sensors {
namespace {

/// Moments that nothing else knows are enough; they need not differ between runs.
constexpr std::uint64_t kSeed = 20260;

}  // namespace

TickGrid::TickGrid(Nanoseconds start, Nanoseconds period, double dither)
    : start_(start), period_(period), dither_(dither), random_(kSeed) {}

Nanoseconds TickGrid::next(Nanoseconds now) {
  const long long current = (now - start_) / period_;
  ++index_;
  if (index_ < current) {
    missed_ += current - index_;
    index_ = current;
  }
  if (index_ == 0) return start_;
  const double part = random_.uniform() * dither_;
  return start_ + index_ * period_ + static_cast<Nanoseconds>(part * static_cast<double>(period_));
}

}  // namespace joulemark::sensors
