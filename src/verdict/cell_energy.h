// SPDX-License-Identifier: Apache-2.0
// The energy of one configuration, written for people.
#pragma once

#include <string>

#include "joulemark/result.h"
#include "verdict/verdict.h"

namespace joulemark::verdict {

/// "1.234 ± 0.010 mJ per inference (measured, package+DRAM, perf)": the median over its finished
/// trials, per token of a language model, with the median uncertainty of one window.
std::string cell_energy(const ExperimentRecord& record, const Judgement& judgement,
                        const Cell& cell);

/// What a machine at rest may be: without a worker, or with one that has loaded the model and
/// waits.
enum class Rest { kIdle, kReady };
/// "0.981 ± 0.012 mJ", by what cell_energy counts: what the windows took more than that. "" where
/// it was not measured.
std::string cell_energy_above(const Cell& cell, Rest rest);

}  // namespace joulemark::verdict
