// SPDX-License-Identifier: Apache-2.0
// Whether the energies of a model's configurations cover the same parts of the machine.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "verdict/verdict.h"

namespace joulemark::verdict {

/// Why each of a model's `cells` may not be ranked by energy against the others, parallel to them;
/// "" where it may. In every block the scopes that most of the totals add up are those that count;
/// a cell whose total lacks one of them or has another one, in any block, has another boundary.
std::vector<std::string> other_boundaries(const ExperimentRecord& record,
                                          const Judgement& judgement,
                                          const std::vector<std::size_t>& cells);

/// Whether `id` is an energy, or a product with one.
bool holds_energy(MetricId id);

/// Caveat: configurations that are ranked by energy all the same, because somebody else measured
/// them.
std::optional<std::string> boundaries_caveat(const ExperimentRecord& record,
                                             const Judgement& judgement);

}  // namespace joulemark::verdict
