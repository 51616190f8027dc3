// SPDX-License-Identifier: Apache-2.0
#include "lowering_kit/table.h"

#include <nlohmann/json.hpp>

namespace joulemark::lowering {

std::string operators_json(const std::vector<Covered>& operators) {
  nlohmann::json list = nlohmann::json::array();
  for (const Covered& each : operators) {
    nlohmann::json row = {{"domain", each.domain}, {"name", each.name}, {"since", each.since}};
    if (each.until != std::numeric_limits<std::int64_t>::max()) row["until"] = each.until;
    list.push_back(std::move(row));
  }
  return list.dump();
}

std::string why_no_entry(const Covered& wanted, Elsewhere elsewhere, std::string_view engine) {
  const std::string what = (wanted.domain.empty() ? "" : std::string(wanted.domain) + ".") +
                           std::string(wanted.name) + " (opset " + std::to_string(wanted.since) +
                           ")";
  return "unsupported operator " + what +
         (elsewhere == Elsewhere::kOtherOpsets ? ": the table has it for other opsets only" : "") +
         "; 'joulemark engines " + std::string(engine) + " --operators' lists what there is";
}

}  // namespace joulemark::lowering
