// SPDX-License-Identifier: Apache-2.0
// A counter that wraps, made continuous, with the places where that is impossible.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "base/clock.h"

namespace joulemark::sensors {

/// A cumulative energy counter as it is read.
struct CounterRange {
  double unit_j = 1e-6;  ///< of a raw value
  /// Raw values from one wrap to the next: the largest value plus one step; 0: it never wraps, or
  /// nobody knows when, and then every fall is a reset.
  double modulus = 0;
  /// Raw values that may go by between two reads; beyond, some may be lost unseen. 0: the modulus.
  double most_between_reads = 0;
  /// What it measures never draws more, a processor socket or its memory by default; a faster step
  /// is a reset, not energy.
  double max_watts = 1000;
};

/// Turns raw values of a wrapping counter into a continuous one.
///
/// A value below the last one is a wrap when the energy that this implies is plausible for the time
/// between the two, and a reset otherwise. When more time passed than `most_between_reads` takes
/// at `max_watts`, the number of wraps is unknown: a gap. Both are breaks: no difference across one
/// is an energy.
class WrapCounter {
 public:
  enum class Break { kReset, kGap };

  explicit WrapCounter(const CounterRange& range) : range_(range) {}

  /// Takes the value `raw`, read between `before` and `after`; times do not fall. The answer is
  /// joules since the first value.
  double take(std::uint64_t raw, Nanoseconds before, Nanoseconds after);

  /// The first break after `begin` and not after `end`.
  [[nodiscard]] std::optional<Break> break_between(Nanoseconds begin, Nanoseconds end) const;

 private:
  struct Mark {
    Nanoseconds t;
    Break what;
  };
  /// Raw values gone by up to `raw`; negative where it fell and does not wrap.
  [[nodiscard]] double step_to(std::uint64_t raw) const;
  void mark(Nanoseconds t, Break what);

  CounterRange range_;
  bool started_ = false;
  std::uint64_t last_raw_ = 0;
  Nanoseconds last_t_ = 0;    ///< before it was read
  double total_ = 0;          ///< raw values since the first
  std::vector<Mark> breaks_;  ///< in time order
};

}  // namespace joulemark::sensors
