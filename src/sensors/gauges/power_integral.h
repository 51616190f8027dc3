// SPDX-License-Identifier: Apache-2.0
// The integral of a power that is sampled.
#pragma once

#include <cstddef>
#include <limits>
#include <optional>

#include "base/clock.h"
#include "base/ring.h"

namespace joulemark::sensors {

/// Trapezoids between samples. It remembers the newest 2^16 samples, in memory that it takes at
/// once: taking a sample allocates nothing.
class PowerIntegral {
 public:
  struct Sample {
    Nanoseconds t = 0;
    double watts = 0;
    double step_w = 0;  ///< by which neighbouring values of its source differ
  };

  PowerIntegral();

  /// Takes a sample; times rise. The answer is joules since the first.
  double take(const Sample& sample);

  /// The least power of all samples so far; infinite without any.
  [[nodiscard]] double least_w() const { return least_w_; }
  [[nodiscard]] std::size_t size() const { return samples_.size(); }
  /// The samples that it remembers, the oldest first.
  [[nodiscard]] const Sample& operator[](std::size_t index) const { return samples_[index]; }
  /// The last sample at or before `t`; empty where `t` is before all or behind all.
  [[nodiscard]] std::optional<std::size_t> at_or_before(Nanoseconds t) const;

 private:
  Ring<Sample> samples_;
  double joules_ = 0;
  double least_w_ = std::numeric_limits<double>::infinity();
};

}  // namespace joulemark::sensors
