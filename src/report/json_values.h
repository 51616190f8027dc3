// SPDX-License-Identifier: Apache-2.0
// Numbers in JSON: one that is not there is null, with the reason beside it.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

namespace joulemark::report {

/// Puts `value` under `key`, or null with `reason` under "<key>_reason".
void put(nlohmann::ordered_json& object, const std::string& key, double value,
         const std::string& reason);

}  // namespace joulemark::report
