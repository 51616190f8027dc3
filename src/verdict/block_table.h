// SPDX-License-Identifier: Apache-2.0
// Values of cells side by side, block by block.
#pragma once

#include <cstddef>
#include <vector>

#include "verdict/verdict.h"

namespace joulemark::verdict {

/// values[cell][block] of a metric, parallel to `cells`, over the blocks in which one of them has a
/// trial, in their order; NaN where there is no value. A block that was begun on one machine, boot
/// or state of a machine and ended on another counts as two: its trials are paired with those of
/// their own machine alone.
std::vector<std::vector<double>> block_table(const ExperimentRecord& record,
                                             const Judgement& judgement,
                                             const std::vector<std::size_t>& cells, MetricId id);

}  // namespace joulemark::verdict
