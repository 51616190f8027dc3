// SPDX-License-Identifier: Apache-2.0
#include "run/window_length.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "sensors/window_need.h"

namespace joulemark::run {
namespace {

/// Long enough for a scheduler's and a clock governor's periods where no sensor asks for more.
constexpr double kShortestWindowS = 0.7;
/// Of a window's energy, the part that the sensors' own error may have where nobody asks.
constexpr double kUsualPrecision = 0.01;
/// Nobody waits longer for a slow counter unasked; its uncertainty tells what that costs.
constexpr double kLongestUnaskedS = 10;

tl::unexpected<Error> refuse(const Protocol& protocol, const sensors::WindowNeed& need,
                             const std::string& obstacle) {
  return fail(
      ErrorKind::kUsage,
      fmt::format("--energy-precision {} needs windows of {} s, for the sensor '{}' is updated no "
                  "more often or counts in large steps; {}",
                  protocol.energy_precision, std::ceil(need.seconds), need.sensor, obstacle));
}

}  // namespace

Result<double> window_length(const Protocol& protocol,
                             const std::vector<std::unique_ptr<Sensor>>& sensors) {
  const bool is_asked = protocol.energy_precision > 0;
  const auto need =
      sensors::needed_window(sensors, is_asked ? protocol.energy_precision : kUsualPrecision);
  if (!is_asked) {
    if (protocol.duration_s > 0) return protocol.duration_s;
    return std::max(kShortestWindowS, std::min(need.seconds, kLongestUnaskedS));
  }
  if (protocol.duration_s > 0) {
    if (need.seconds <= protocol.duration_s) return protocol.duration_s;
    return refuse(protocol, need,
                  fmt::format("raise --duration from {} s, or the precision", protocol.duration_s));
  }
  const double window_s = std::max(kShortestWindowS, need.seconds);
  const double rest_s = protocol.idle_s + protocol.warmup_max_s + protocol.ready_s;
  if (window_s + rest_s < protocol.time_limit_s) return window_s;
  return refuse(protocol, need,
                fmt::format("raise --time-limit from {} s to more than {} s, or the precision",
                            protocol.time_limit_s, std::ceil(window_s + rest_s)));
}

}  // namespace joulemark::run
