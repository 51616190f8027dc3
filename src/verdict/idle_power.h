// SPDX-License-Identifier: Apache-2.0
// What the machine draws at rest, for a trial's energy without it.
#pragma once

#include <optional>

#include "joulemark/result.h"

namespace joulemark::verdict {

struct RestPower {
  double watts = 0;
  std::optional<double> standard_u;  ///< empty where nobody knows it
  /// The part of the processors that was busy meanwhile, the most of the brackets; empty where it
  /// was not read.
  std::optional<double> busy;
};

/// Mean power of a bracket; empty where it has no energy.
std::optional<RestPower> power_of(const IdleBracket& bracket);

/// Of the trial's own phase idle, where it had one.
std::optional<RestPower> own_idle_power(const TrialRecord& trial);
/// Of the trial's phase ready.
std::optional<RestPower> ready_power(const TrialRecord& trial);

/// Of the trial's own phase idle, which is nearest; else the mean of the bracket that was the last
/// before its window and the one that was the first behind it, on the same machine since the same
/// boot. Their uncertainties are independent; half of the difference between the two is added, for
/// nobody knows when in between the power changed. With one of them its uncertainty is the meter's
/// alone. Empty where there is none.
std::optional<RestPower> idle_power(const ExperimentRecord& record, const TrialRecord& trial);

}  // namespace joulemark::verdict
