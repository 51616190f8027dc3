// SPDX-License-Identifier: Apache-2.0
#include "sensors/gauges/power_integral.h"

#include <algorithm>

namespace joulemark::sensors {
namespace {

/// Hours at the usual rate; windows are short, so the newest are those that matter.
constexpr std::size_t kMostSamples = 1 << 16;

}  // namespace

PowerIntegral::PowerIntegral() : samples_(kMostSamples) {}

double PowerIntegral::take(const Sample& sample) {
  least_w_ = std::min(least_w_, sample.watts);
  if (!samples_.empty()) {
    const Sample& last = samples_.back();
    joules_ += (last.watts + sample.watts) / 2 * to_seconds(sample.t - last.t);
  }
  samples_.push(sample);
  return joules_;
}

std::optional<std::size_t> PowerIntegral::at_or_before(Nanoseconds t) const {
  if (samples_.empty() || t < samples_[0].t || t > samples_.back().t) return std::nullopt;
  std::size_t first = 0;
  std::size_t last = size();
  while (last - first > 1) {
    const std::size_t middle = first + (last - first) / 2;
    (samples_[middle].t <= t ? first : last) = middle;
  }
  return first;
}

}  // namespace joulemark::sensors
