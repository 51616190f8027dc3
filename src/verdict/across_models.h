// SPDX-License-Identifier: Apache-2.0
// What several models say together: who is ahead in the mean of their ratios, and whether that mean
// means anything.
#pragma once

#include <optional>

#include "verdict/verdict.h"

namespace joulemark::verdict {

/// Compares the configurations that are ranked for every model, by the ratios within each model;
/// models are the clusters, so that intervals speak of other models like these. Nothing for fewer
/// than two models or configurations, or models ranked by different metrics.
std::optional<AcrossModels> compare_across_models(const ExperimentRecord& record,
                                                  const Judgement& judgement);

}  // namespace joulemark::verdict
