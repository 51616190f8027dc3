// SPDX-License-Identifier: Apache-2.0
// Whether a machine has settled at the end of a warm-up: temperature, clocks, throttling.
#pragma once

#include <cstddef>
#include <optional>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "joulemark/window_fact.h"
#include "sensors/window/machine_look.h"

namespace joulemark::run {

/// By how much a warm-up's cap allows to wait.
enum class Patience {
  kShort,  ///< the last half of what was seen is judged
  kLong,   ///< the last 30 s are
};

/// What was found of the part that is judged. Empty: the machine does not tell, or was looked at
/// too few times.
struct Settled {
  std::optional<double> c_per_min = {};
  std::optional<double> clock_change = {};  ///< of the clock that changed most, of its mean
  unsigned unsettled = 0;                   ///< the sum of joulemark::Unsettled
};

/// Looks at a machine in the order of time. What a machine does not tell counts as settled.
///
/// Temperature: with patience, the Theil–Sen slope over 30 s is at most 0.5 °C a minute; without,
/// the largest and the smallest reading differ by at most 1 °C, the step of most sensors. Clocks:
/// no trend by Mann–Kendall (p > 0.05), or a Theil–Sen slope that makes at most 1 % of the mean
/// from the first look to the last; the scatter of single readings is none, for clocks of
/// processors that rest are anything. Throttling: the processor's count has not grown, and no
/// board is slowed down for heat or by its power supply.
class Settling {
 public:
  void add(sensors::MachineLook look) { looks_.push_back(std::move(look)); }
  /// What there is to wait for.
  [[nodiscard]] bool has_temperature() const;
  [[nodiscard]] bool has_clock() const;
  /// Whether enough was seen for a verdict: `least` of time, and six looks in the part that is
  /// judged.
  [[nodiscard]] bool has_seen(Nanoseconds least, Patience patience) const;
  /// Of no more than two looks in that part nothing is said but throttling, which is counted from
  /// the look before it.
  [[nodiscard]] Settled judge(Patience patience) const;

 private:
  [[nodiscard]] Nanoseconds seen() const {
    return looks_.empty() ? 0 : looks_.back().at - looks_.front().at;
  }
  /// Index of the first look in the part that is judged.
  [[nodiscard]] std::size_t first_judged(Patience patience) const;

  std::vector<sensors::MachineLook> looks_;
};

/// The part that Patience::kLong judges.
inline constexpr Nanoseconds kLongPart = 30 * kNanosecondsPerSecond;

}  // namespace joulemark::run
