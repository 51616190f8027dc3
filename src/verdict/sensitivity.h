// SPDX-License-Identifier: Apache-2.0
// Whether a verdict depends on how the numbers are analysed.
#pragma once

#include <string>
#include <vector>

#include "verdict/verdict.h"

namespace joulemark::verdict {

/// Analyses the model's ranked configurations again by medians, by signed ranks, without
/// repetitions that stand out, and, where energy ranks, without the machine's idle power
/// (idle_power.h), and compares what they say with the standings. Empty where nothing was compared.
std::vector<Sensitivity> find_sensitivities(const ExperimentRecord& record,
                                            const Judgement& judgement, const ModelVerdict& model);

/// " Stable (medians, ranks).", " Conditional: by medians, B needs 1 % more [in place of 5 %]." or
/// "". An outcome that claims nothing is not called stable.
std::string stability_text(const ModelVerdict& model);

}  // namespace joulemark::verdict
