// SPDX-License-Identifier: Apache-2.0
#include "sensors/meters/meter.h"

#include <fmt/format.h>

#include <cmath>
#include <utility>

#include "base/text_table.h"

namespace joulemark::sensors {

MeterWatts plausible_watts(double watts, const MeterAddress& address) {
  if (std::isfinite(watts) && watts >= 0 && watts <= kMostMeterWatts) return watts;
  return meter_failure("unreadable", address,
                       fmt::format("it shows {:g} W, which no machine takes", watts));
}

tl::unexpected<MeterFailure> meter_failure(std::string reason, const MeterAddress& address,
                                           const std::string& what) {
  return tl::unexpected(
      MeterFailure{.reason = std::move(reason),
                   .detail = fmt::format("{}: {}", to_string(address), printable(what)),
                   .remedy = ""});
}

}  // namespace joulemark::sensors
