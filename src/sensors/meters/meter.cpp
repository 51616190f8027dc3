// SPDX-License-Identifier: Apache-2.0
#include "sensors/meters/meter.h"

#include <fmt/format.h>

#include <cmath>
#include <string_view>
#include <utility>

#include "base/text_table.h"

namespace joulemark::sensors {

MeterWatts plausible_watts(double watts, const MeterAddress& address) {
  if (std::isfinite(watts) && watts >= 0 && watts <= kMostMeterWatts) return watts;
  return meter_failure("unreadable", address,
                       fmt::format("it shows {:g} W, which no machine takes", watts));
}

namespace {

/// What the user can do, by reason. Who knows better sets another.
struct Remedy {
  std::string_view reason;
  const char* remedy;
};
constexpr Remedy kRemedies[] = {
    {"unreachable", "check that the meter is on, and that its address and port are these"},
    {"unreadable",
     "check that the address is that of a meter of this kind, and that its interface is on"},
    {"no_outlet", "name one of its outlets behind the address: /OUTLET"},
    {"not_supported", "name an outlet that measures power"}};

std::string remedy_for(std::string_view reason) {
  for (const Remedy& row : kRemedies)
    if (row.reason == reason) return row.remedy;
  return "";
}

}  // namespace

tl::unexpected<MeterFailure> meter_failure(std::string reason, const MeterAddress& address,
                                           const std::string& what) {
  std::string remedy = remedy_for(reason);
  return tl::unexpected(
      MeterFailure{.reason = std::move(reason),
                   .detail = fmt::format("{}: {}", to_string(address), printable(what)),
                   .remedy = std::move(remedy)});
}

}  // namespace joulemark::sensors
