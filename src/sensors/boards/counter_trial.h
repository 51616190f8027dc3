// SPDX-License-Identifier: Apache-2.0
// Whether an energy counter counts, and agrees with the power gauge of the same board.
#pragma once

#include <optional>
#include <string>

namespace joulemark::sensors {

/// What a counter and a gauge showed at discovery.
struct CounterTrial {
  double joules = 0;   ///< by which the counter rose; below 0: it fell
  double seconds = 0;  ///< in which it did
  /// The least and the most that the gauge showed then; empty: it has none.
  std::optional<double> least_watts = {};
  std::optional<double> most_watts = {};

  /// Takes a reading of the gauge.
  void see(std::optional<double> watts);
};

enum class CounterVerdict {
  kCounts,    ///< as far as there is a gauge to compare with
  kFrozen,    ///< it did not rise
  kDisagrees  ///< it rose by something else than what the gauge showed
};

/// They disagree where the counter's power is more than three times the most that the gauge showed,
/// or less than a third of the least: a gauge may be late by a second, and average over one.
CounterVerdict judge(const CounterTrial& trial);

/// Why the counter is not believed, for people: "its energy counter stands still…"; "" for one that
/// is.
std::string doubt(const CounterTrial& trial);

}  // namespace joulemark::sensors
