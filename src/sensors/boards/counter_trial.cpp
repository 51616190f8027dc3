// SPDX-License-Identifier: Apache-2.0
#include "sensors/boards/counter_trial.h"

#include <fmt/format.h>

#include <algorithm>

namespace joulemark::sensors {
namespace {

constexpr double kMostFactor = 3;

}  // namespace

void CounterTrial::see(std::optional<double> watts) {
  if (!watts) return;
  least_watts = std::min(*watts, least_watts.value_or(*watts));
  most_watts = std::max(*watts, most_watts.value_or(*watts));
}

CounterVerdict judge(const CounterTrial& trial) {
  if (!(trial.joules > 0) || !(trial.seconds > 0)) return CounterVerdict::kFrozen;
  if (!trial.least_watts) return CounterVerdict::kCounts;
  const double watts = trial.joules / trial.seconds;
  const bool agrees =
      watts <= kMostFactor * *trial.most_watts && watts * kMostFactor >= *trial.least_watts;
  return agrees ? CounterVerdict::kCounts : CounterVerdict::kDisagrees;
}

std::string doubt(const CounterTrial& trial) {
  switch (judge(trial)) {
    case CounterVerdict::kCounts:
      break;
    case CounterVerdict::kFrozen:
      return "its energy counter stands still, or its steps cannot be energy";
    case CounterVerdict::kDisagrees:
      return fmt::format("its energy counter says {:.3g} W, and its power gauge {:.3g} W",
                         trial.joules / trial.seconds, *trial.most_watts);
  }
  return "";
}

}  // namespace joulemark::sensors
