// SPDX-License-Identifier: Apache-2.0
// Energies above what the machine can draw.
#pragma once

#include <optional>
#include <string>

#include "joulemark/result.h"

namespace joulemark::verdict {

/// Watts that `scope` of the trial's machine is limited to, as its fingerprint says; empty where it
/// says nothing.
std::optional<double> power_limit(const ExperimentRecord& record, const TrialRecord& trial,
                                  const std::string& scope);

/// The mean power of a scope over the window is above its limit, by more than a quarter and three
/// standard uncertainties: limits are held over seconds, and not to the watt.
std::optional<std::string> above_limit(const ExperimentRecord& record, const TrialRecord& trial);

}  // namespace joulemark::verdict
