// SPDX-License-Identifier: Apache-2.0
#include "report/json_values.h"

#include <cmath>
#include <nlohmann/json.hpp>

namespace joulemark::report {

void put(nlohmann::ordered_json& object, const std::string& key, double value,
         const std::string& reason) {
  if (std::isfinite(value)) {
    object[key] = value;
    return;
  }
  object[key] = nullptr;
  object[key + "_reason"] = reason;
}

}  // namespace joulemark::report
