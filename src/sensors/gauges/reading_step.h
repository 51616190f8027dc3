// SPDX-License-Identifier: Apache-2.0
// How finely a kernel file's numbers are resolved, out of the numbers themselves.
#pragma once

#include <array>
#include <cstddef>
#include <limits>

namespace joulemark::sensors {

/// Files tell milliamperes or microwatts, and converters behind them know steps of 8 mA or of a
/// watt. All numbers are multiples of such a step; a few of them are multiples of more by chance.
class ReadingStep {
 public:
  void see(long long value);
  /// By which neighbouring numbers differ. As long as too few were seen it is the greatest power of
  /// ten that all are multiples of, a twentieth of the least of them at most: 111000000 is so many
  /// millions, or something else by a chance of one in a million.
  [[nodiscard]] double step() const;
  /// The same; 1 as long as too few were seen.
  [[nodiscard]] double proven_step() const;

 private:
  /// As many different multiples have another common divisor than the step once in 250 files.
  static constexpr std::size_t kEnough = 8;
  std::array<long long, kEnough> seen_ = {};
  std::size_t different_ = 0;
  long long divisor_ = 0;
  long long least_ = std::numeric_limits<long long>::max();
};

}  // namespace joulemark::sensors
