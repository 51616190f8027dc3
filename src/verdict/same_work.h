// SPDX-License-Identifier: Apache-2.0
// The same-work gate as the facts show it: whose outputs were checked, and which arithmetic ran.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "verdict/verdict.h"

namespace joulemark::verdict {

/// "magika: openvino cpu f32 t2 b1" where there are several models.
std::string full_name(const Judgement& judgement, const Cell& cell);
/// The first few, and how many more.
std::string names(const std::vector<std::string>& all);

/// The precision that the engine says ran, of the cell's finished trials: "f16"; "f16/f32" where
/// they disagree; "" where it does not tell.
std::string effective_precision(const ExperimentRecord& record, const Cell& cell);

/// Why each cell may not be ranked, for people; "" where it may. A cell whose effective precision
/// is not the asked one stands aside unless all that could be ranked ran at the same.
std::vector<std::string> obstacles(const ExperimentRecord& record, const Judgement& judgement);

/// Caveats: trials that somebody else measured.
std::optional<std::string> imported_caveat(const ExperimentRecord& record);
/// Configurations that did other work than the reference.
std::optional<std::string> different_caveat(const ExperimentRecord& record,
                                            const Judgement& judgement);
/// Ranked configurations that ran at another precision than their label says.
std::optional<std::string> precision_caveat(const ExperimentRecord& record,
                                            const Judgement& judgement);
/// Ranked configurations of which nothing tells the precision.
std::optional<std::string> unknown_precision_caveat(const ExperimentRecord& record,
                                                    const Judgement& judgement);
/// Configurations that are their own reference although others were to be compared with it.
std::optional<std::string> unchecked_caveat(const ExperimentRecord& record,
                                            const Judgement& judgement);

}  // namespace joulemark::verdict
