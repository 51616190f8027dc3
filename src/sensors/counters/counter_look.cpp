// SPDX-License-Identifier: Apache-2.0
#include "sensors/counters/counter_look.h"

#include <fmt/format.h>

#include <algorithm>

namespace joulemark::sensors {
namespace {

constexpr double kEnoughSteps = 5;
constexpr std::size_t kEnoughReads = 50;
/// Discovery is to take a second with all its sensors.
constexpr double kLongestLookS = 0.5;
/// Counters that step by a joule are those of servers, whose processors never draw less.
constexpr double kLeastWatts = 10;
constexpr double kLeastMemoryWatts = 1;

double needed_s(const CounterLook& look) {
  return kEnoughSteps * look.steps_every_s;
}

bool is_long_enough(const CounterLook& look) {
  return look.hold_s >= needed_s(look) && look.reads >= kEnoughReads;
}

}  // namespace

double steps_every_s(Domain domain, double update_s, double step_j) {
  if (update_s <= 0) return 0;
  switch (domain) {
    case Domain::kPackage:
    case Domain::kPsys:
    case Domain::kModule:
    case Domain::kNode:
      return std::max(update_s, step_j / kLeastWatts);
    case Domain::kDram:
      return std::max(update_s, step_j / kLeastMemoryWatts);
    default:
      return 0;
  }
}

bool needs_longer(const CounterLook& look) {
  return look.steps == 0 && look.steps_every_s > 0 && needed_s(look) <= kLongestLookS &&
         !is_long_enough(look);
}

std::optional<CounterFault> fault_of(const CounterLook& look) {
  if (look.is_broken || look.joules > look.max_watts * look.seconds)
    return CounterFault{
        "implausible",
        fmt::format("its counter fell, or rose by more than the {:.4g} W that there can be",
                    look.max_watts)};
  if (look.steps > 0 || look.steps_every_s <= 0 || !is_long_enough(look)) return std::nullopt;
  return CounterFault{"frozen",
                      fmt::format("its counter did not count for {:.2g} s, in which it is to step "
                                  "every {:.2g} ms",
                                  look.hold_s, look.steps_every_s * 1e3)};
}

}  // namespace joulemark::sensors
