// SPDX-License-Identifier: Apache-2.0
// The machine's energy cut into spans of time, and what of them a job took.
#pragma once

#include <cstddef>
#include <deque>
#include <string>

#include "base/clock.h"
#include "serve/energy/served_energy.h"

namespace joulemark::serve {

/// What the sensors counted between two readings, on CLOCK_MONOTONIC.
struct EnergySpan {
  Nanoseconds begin = 0;
  Nanoseconds end = 0;
  double joules = 0;
  std::string reason = {};  ///< why it has none, and what to do; empty where it has
};

/// The last spans, each of which begins where the one before ended.
///
/// A job's window are the spans between its begin and its end. Of each it gets the part that the
/// engine's time for it is of the span's time, its engine_time taken to lie evenly between begin
/// and end. The engine serves one batch at a time, so jobs whose times in it are even never get
/// more than a span's joules together; what the machine used while the engine had nothing to do is
/// put down to nobody.
class EnergyTimeline {
 public:
  /// Forgets the oldest of more than `most` spans.
  explicit EnergyTimeline(std::size_t most) : most_(most) {}

  void add(EnergySpan span);
  /// Whether the spans reach to `t`.
  [[nodiscard]] bool covers(Nanoseconds t) const;
  /// Of a job whose end is covered.
  [[nodiscard]] EnergyShare share_of(const Served& served) const;

 private:
  std::size_t most_;
  std::deque<EnergySpan> spans_;
};

/// The share that could not be measured.
EnergyShare absent_share(std::string reason);

}  // namespace joulemark::serve
