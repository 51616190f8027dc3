// SPDX-License-Identifier: Apache-2.0
// After the makers' own documents: NETIO's JSON M2M protocol, Shelly's RPC of the second and REST
// of the first generation, Tasmota's commands. Energy counters are left aside: they step in
// watt-hours (NETIO, Tasmota: 3600 J), or once a minute (Shelly).
#include "sensors/meters/meter_answer.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <utility>

namespace joulemark::sensors {
namespace {

using nlohmann::json;

/// The member of an object; null where there is none.
const json* member(const json* value, const char* name) {
  if (value == nullptr || !value->is_object()) return nullptr;
  const auto found = value->find(name);
  return found == value->end() ? nullptr : &*found;
}

MeterWatts unreadable(const MeterAddress& address, std::string_view what) {
  return meter_failure("unreadable", address, fmt::format("its answer {}", what));
}

MeterWatts no_outlet(const MeterAddress& address) {
  return meter_failure("no_outlet", address, "the meter has no such outlet");
}

MeterWatts watts_of(const MeterAddress& address, const json* power, const char* name) {
  if (power == nullptr)
    return meter_failure("not_supported", address,
                         fmt::format("the outlet tells no power ('{}')", name));
  if (!power->is_number()) return unreadable(address, fmt::format("has no number as '{}'", name));
  return plausible_watts(power->get<double>(), address);
}

MeterWatts netio_watts(const MeterAddress& address, const json& answer) {
  const json* outlets = member(&answer, "Outputs");
  if (outlets == nullptr || !outlets->is_array())
    return unreadable(address, "is not that of a NETIO meter ('Outputs')");
  for (const json& outlet : *outlets)
    if (const json* id = member(&outlet, "ID");
        id != nullptr && id->is_number_integer() && *id == address.outlet.value_or(1))
      return watts_of(address, member(&outlet, "Load"), "Load");
  return no_outlet(address);
}

MeterWatts shelly_watts(const MeterAddress& address, const json& answer) {
  if (member(&answer, "id") == nullptr)
    return unreadable(address, "is not that of a Shelly switch ('id')");
  return watts_of(address, member(&answer, "apower"), "apower");
}

MeterWatts shelly_gen1_watts(const MeterAddress& address, const json& answer) {
  const json* valid = member(&answer, "is_valid");
  if (valid != nullptr && *valid == false)
    return unreadable(address, "says itself that it is not valid");
  return watts_of(address, member(&answer, "power"), "power");
}

MeterWatts tasmota_watts(const MeterAddress& address, const json& answer) {
  if (member(&answer, "WARNING") != nullptr)
    return meter_failure("unauthorised", address, "it asks for a password");
  const json* sensors = member(&answer, "StatusSNS");
  if (sensors == nullptr)
    return unreadable(address, "is not that of a Tasmota device ('StatusSNS')");
  const json* power = member(member(sensors, "ENERGY"), "Power");
  if (power == nullptr || !power->is_array()) {
    if (address.outlet.value_or(1) != 1) return no_outlet(address);
    return watts_of(address, power, "ENERGY.Power");
  }
  const auto outlet = static_cast<std::size_t>(address.outlet.value_or(1));
  if (outlet == 0 || outlet > power->size()) return no_outlet(address);
  if (!address.outlet && power->size() > 1)
    return meter_failure("no_outlet", address,
                         fmt::format("it has {} outlets: name one, counted from 1", power->size()));
  return watts_of(address, &(*power)[outlet - 1], "ENERGY.Power");
}

struct AnswerRow {
  MeterKind kind;
  std::vector<std::string> (*questions)(int outlet);
  MeterWatts (*watts)(const MeterAddress& address, const json& answer);
};

using Questions = std::vector<std::string>;

constexpr AnswerRow kAnswers[] = {
    {MeterKind::kNetio, [](int) { return Questions{"/netio.json"}; }, netio_watts},
    {MeterKind::kShelly,
     [](int outlet) { return Questions{fmt::format("/rpc/Switch.GetStatus?id={}", outlet)}; },
     shelly_watts},
    {MeterKind::kShellyGen1, [](int outlet) { return Questions{fmt::format("/meter/{}", outlet)}; },
     shelly_gen1_watts},
    // Older versions know only the second.
    {MeterKind::kTasmota,
     [](int) {
       return Questions{"/cm?cmnd=Status%2010", "/cm?cmnd=Status%208"};
     },
     tasmota_watts},
};

const AnswerRow& row_of(MeterKind kind) {
  for (const AnswerRow& row : kAnswers)
    if (row.kind == kind) return row;
  return kAnswers[0];
}

}  // namespace

std::vector<std::string> questions_of(const MeterAddress& address) {
  return row_of(address.kind).questions(address.outlet.value_or(0));
}

MeterWatts watts_in_answer(const MeterAddress& address, std::string_view answer) {
  const json parsed = json::parse(answer, nullptr, false);
  if (parsed.is_discarded()) return unreadable(address, "is no JSON");
  return row_of(address.kind).watts(address, parsed);
}

}  // namespace joulemark::sensors
