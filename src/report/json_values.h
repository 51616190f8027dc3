// SPDX-License-Identifier: Apache-2.0
// Numbers in JSON: one that is not there is null, with the reason beside it.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "joulemark/result.h"
#include "stats/interval.h"

namespace joulemark::report {

/// Puts `value` under `key`, or null with `reason` under "<key>_reason".
void put(nlohmann::ordered_json& object, const std::string& key, double value,
         const std::string& reason);

/// {"value", "lo", "hi"} of an interval; `no_value` says why there is no estimate.
nlohmann::ordered_json interval_json(const stats::Interval& interval, const std::string& no_value);

/// [{"code", "message"}, …].
nlohmann::ordered_json caveats_json(const std::vector<Caveat>& caveats);

/// [{"code", "severity", "message", "why", "remedy"}, …]; remedy "" where there is none.
nlohmann::ordered_json findings_json(const std::vector<Finding>& findings);

/// [{"block", "started_at", "seconds", "W", "uncertainty_W", "temperature_C", "busy"}, …].
nlohmann::ordered_json brackets_json(const std::vector<IdleBracket>& brackets);

}  // namespace joulemark::report
