// SPDX-License-Identifier: Apache-2.0
// Trials sorted into cells, with the values and estimates of every metric.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <optional>

#include "plan/attempts.h"
#include "verdict/verdict.h"

namespace joulemark::verdict {

using plan::finished;
/// What the engine says that really ran, under `key`; null where it does not tell.
nlohmann::json effective_value(const TrialRecord& trial, const char* key);
/// A fact of its window; empty where nobody looked for it, or it is absent.
std::optional<double> fact_of(const TrialRecord& trial, WindowFact fact);
/// Seconds of its window in which others had the processors that the worker's threads were ready
/// for; 0 where nobody counted.
double waited_s(const TrialRecord& trial);

/// Models, cells, values and estimates; nothing judged yet. Planned configurations have a cell even
/// when no trial of theirs was attempted. Models stand in the experiment's order,
/// cells in order of their labels.
Judgement collect(const ExperimentRecord& record);
/// The same with nothing in the estimates but how many values they rest on: their intervals cost
/// most of the time.
Judgement collect_values(const ExperimentRecord& record);

}  // namespace joulemark::verdict
