// SPDX-License-Identifier: Apache-2.0
// What the edges of a window tell: whether energy and time are of the same window, and what became
// of the clocks.
#pragma once

#include <optional>

#include "base/clock_watch.h"
#include "joulemark/result.h"
#include "joulemark/window_fact.h"
#include "run/reply.h"

namespace joulemark::run {

/// The energy counters are read before `go` is sent and after its reply has come; the worker says
/// when it began and ended in between. What lies outside of its window is in the energies and not
/// in the time: a caveat of code kWindowMismatch where that is more than 0.1 s and 1 % of the
/// window.
std::optional<Caveat> window_mismatch(const Done& done, const Exchange& exchange);

struct WindowClocks {
  ClockReading before;  ///< at the end of the window before, or at the trial's begin
  ClockReading begin, end;
};

/// Sets kSuspended and kClockStep. What a suspend before the window cooled down or flushed, the
/// window pays for: kSuspended counts from `before`.
void add_clocks(WindowFacts& facts, const WindowClocks& clocks);

}  // namespace joulemark::run
