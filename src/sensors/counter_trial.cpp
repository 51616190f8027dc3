// SPDX-License-Identifier: Apache-2.0
#include "sensors/counter_trial.h"

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

}  // namespace joulemark::sensors
