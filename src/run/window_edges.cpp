// SPDX-License-Identifier: Apache-2.0
#include "run/window_edges.h"

#include <fmt/format.h>

#include "joulemark/window_mismatch.h"

namespace joulemark::run {

std::optional<Caveat> window_mismatch(const Done& done, const Exchange& exchange) {
  // A kernel that is busy with others hands over late.
  constexpr Nanoseconds kHandover = 100'000'000;
  constexpr Nanoseconds kPart = 100;
  const Nanoseconds window = done.t1_ns - done.t0_ns;
  const Nanoseconds outside = exchange.received_ns - exchange.sent_ns - window;
  if (outside <= kHandover + window / kPart) return std::nullopt;
  return Caveat{.code = kWindowMismatch,
                .message = fmt::format(
                    "its window lasted {:.4g} s by its own account, and {:.4g} s lie between the "
                    "readings around it: time and energy are not of one window",
                    to_seconds(window), to_seconds(window + outside))};
}

void add_clocks(WindowFacts& facts, const WindowClocks& clocks) {
  facts[WindowFact::kSuspended] = {change_between(clocks.before, clocks.end).suspended_s, ""};
  facts[WindowFact::kClockStep] = {change_between(clocks.begin, clocks.end).stepped_s, ""};
}

}  // namespace joulemark::run
