// SPDX-License-Identifier: Apache-2.0
// A counter that wraps, made continuous, with the places where that is impossible.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "base/clock.h"

namespace joulemark::sensors {

/// No processor socket draws more; a faster step of a counter is a reset, not energy.
inline constexpr double kMaxPlausibleWatts = 1000;

/// Turns raw values of a wrapping microjoule counter into a continuous one.
///
/// A value below the last one is a wrap when the energy that this implies is plausible for the time
/// between the two, and a reset otherwise. When more time passed than a whole range takes at
/// kMaxPlausibleWatts, the number of wraps is unknown: a gap. Both are breaks: no difference across
/// one is an energy.
class WrapCounter {
 public:
  enum class Break { kReset, kGap };

  /// `modulus_uj`: range of the counter, its largest value plus one step; 0: unknown, then every
  /// fall is a reset.
  explicit WrapCounter(double modulus_uj) : modulus_uj_(modulus_uj) {}

  /// Takes the value `raw_uj` read at `t`; times do not fall. The answer is microjoules since the
  /// first value.
  double take(std::uint64_t raw_uj, Nanoseconds t);

  /// The first break after `begin` and not after `end`.
  [[nodiscard]] std::optional<Break> break_between(Nanoseconds begin, Nanoseconds end) const;

 private:
  struct Mark {
    Nanoseconds t;
    Break what;
  };
  /// The energy of the step to `raw_uj` in `seconds`, or why there is none.
  [[nodiscard]] double step_uj(std::uint64_t raw_uj) const;
  void mark(Nanoseconds t, Break what);

  double modulus_uj_;
  bool started_ = false;
  std::uint64_t last_raw_uj_ = 0;
  Nanoseconds last_t_ = 0;
  double total_uj_ = 0;
  std::vector<Mark> breaks_;  ///< in time order
};

}  // namespace joulemark::sensors
