// SPDX-License-Identifier: Apache-2.0
#include "report/json_values.h"

#include <cmath>
#include <nlohmann/json.hpp>

#include "verdict/idle_power.h"

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

nlohmann::ordered_json interval_json(const stats::Interval& interval, const std::string& no_value) {
  auto json = nlohmann::ordered_json::object();
  put(json, "value", interval.estimate, no_value);
  put(json, "lo", interval.lo, to_string(interval.outcome));
  put(json, "hi", interval.hi, to_string(interval.outcome));
  return json;
}

nlohmann::ordered_json caveats_json(const std::vector<Caveat>& caveats) {
  auto list = nlohmann::ordered_json::array();
  for (const Caveat& caveat : caveats)
    list.push_back({{"code", caveat.code}, {"message", caveat.message}});
  return list;
}

nlohmann::ordered_json findings_json(const std::vector<Finding>& findings) {
  auto list = nlohmann::ordered_json::array();
  for (const Finding& finding : findings)
    list.push_back({{"code", finding.code},
                    {"severity", to_string(finding.severity)},
                    {"message", finding.message},
                    {"why", finding.why},
                    {"remedy", finding.remedy}});
  return list;
}

nlohmann::ordered_json brackets_json(const std::vector<IdleBracket>& brackets) {
  auto list = nlohmann::ordered_json::array();
  const double nan = std::nan("");
  for (const IdleBracket& bracket : brackets) {
    const auto power = verdict::power_of(bracket);
    auto& json = list.emplace_back(nlohmann::ordered_json{
        {"block", bracket.block},
        {"started_at", bracket.started_at},
        {"seconds", static_cast<double>(bracket.t1_ns - bracket.t0_ns) * 1e-9}});
    put(json, "W", power ? power->watts : nan, "not_measured");
    put(json, "uncertainty_W", power ? power->standard_u.value_or(nan) : nan, "not_measured");
    put(json, "temperature_C", bracket.temperature_c.value_or(nan), "absent");
    put(json, "busy", bracket.busy.value_or(nan), "absent");
  }
  return list;
}

}  // namespace joulemark::report
