// SPDX-License-Identifier: Apache-2.0
// Estimates of published models, as reports show them: apart from all that was measured.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

#include "joulemark/result.h"
#include "verdict/verdict.h"

namespace joulemark::report {

/// What the joules of a row are divided by: "inference", or a language model's "token".
const char* counted_by(const verdict::Judgement& judgement, const verdict::Cell& cell);

/// For each cell, per what it counts by: medians over its finished trials of the ends and of the
/// middle. Empty for a cell none of whose trials was to be estimated; absent, with the reason of
/// the first, where none of them could be.
using EstimateRows = std::vector<std::optional<EnergyEstimate>>;
EstimateRows estimate_rows(const ExperimentRecord& record, const verdict::Judgement& judgement);

/// {"class", "low_J", "mid_J", "high_J", "models", "detail"}.
nlohmann::ordered_json estimate_json(const EnergyEstimate& estimate);

/// "≈ 12.0–31.4 J (estimated from …)", or "not estimated: …".
std::string estimate_text(const EnergyEstimate& estimate, const std::string& per = "");

/// A heading and a line for each of `rows` that was estimated; none when no row was.
std::vector<std::string> estimate_lines(const verdict::Judgement& judgement,
                                        const EstimateRows& rows);

}  // namespace joulemark::report
