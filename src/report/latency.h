// SPDX-License-Identifier: Apache-2.0
// From the durations of some trials to a distribution small enough to be shown.
#pragma once

#include <vector>

#include "report/report_model.h"

namespace joulemark::report {

/// All durations of `trials` per call, in ms: `bins` bins and exact quantiles. `scratch` is reused
/// between calls; the durations are copied into it once.
LatencyDistribution latency_distribution(const std::vector<const TrialRecord*>& trials,
                                         std::size_t bins, std::vector<double>& scratch);

}  // namespace joulemark::report
