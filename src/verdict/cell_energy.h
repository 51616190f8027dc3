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

}  // namespace joulemark::verdict
