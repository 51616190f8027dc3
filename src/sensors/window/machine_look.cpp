// SPDX-License-Identifier: Apache-2.0
#include "sensors/window/machine_look.h"

#include <algorithm>

#include "sensors/boards/nvml_abi.h"
#include "sensors/window/window_sources.h"

namespace joulemark::sensors {
namespace {

constexpr unsigned long long kSlowing = nvml::kSlowForHardware | nvml::kSlowForHeatBySoftware |
                                        nvml::kSlowForHeat | nvml::kSlowForPowerBrake;

bool is_slowed(double reasons) {
  constexpr double kLargest = 1e18;
  return reasons >= 0 && reasons < kLargest &&
         (static_cast<unsigned long long>(reasons) & kSlowing) != 0;
}

void take_hotter(MachineLook& look, std::optional<double> celsius) {
  if (celsius) look.temperature_c = std::max(look.temperature_c.value_or(*celsius), *celsius);
}

}  // namespace

MachineEye::MachineEye(const std::filesystem::path& root,
                       const std::vector<std::unique_ptr<Sensor>>& sensors, BoardClocks clocks)
    : root_(root), gauges_(open_gauges(root)), clocks_(clocks) {
  for (const auto& sensor : sensors) {
    Boards boards{.sensor = sensor.get(), .kinds = {}};
    for (const GaugeLine& line : sensor->gauge_lines()) boards.kinds.push_back(kind_of(line));
    if (!boards.kinds.empty()) boards_.push_back(std::move(boards));
  }
}

MachineEye::Kind MachineEye::kind_of(const GaugeLine& line) {
  if (line.name.ends_with(" temperature")) return Kind::kTemperature;
  if (line.name.ends_with(" SM clock")) return Kind::kClock;
  return line.name.ends_with(" throttle") ? Kind::kThrottle : Kind::kOther;
}

void MachineEye::add_boards(Boards& boards, MachineLook& look) const {
  boards.values.assign(boards.kinds.size(), std::nullopt);
  boards.sensor->look_at_gauges(boards.values);
  for (std::size_t i = 0; i < boards.kinds.size(); ++i) {
    const auto& value = boards.values[i];
    if (boards.kinds[i] == Kind::kTemperature) take_hotter(look, value);
    if (boards.kinds[i] == Kind::kClock && clocks_ == BoardClocks::kLookedAt)
      look.clocks_mhz.push_back(value);
    if (boards.kinds[i] == Kind::kThrottle && value && is_slowed(*value))
      look.board_is_slowed = true;
  }
}

MachineLook MachineEye::look(Nanoseconds at) {
  MachineLook look{.at = at};
  for (const Gauge& gauge : gauges_) {
    if (gauge.name() == kCpuTemperature) take_hotter(look, gauge.read());
    if (gauge.name() == kCpuFrequency) look.clocks_mhz.push_back(gauge.read());
  }
  for (Boards& boards : boards_) add_boards(boards, look);
  if (const EdgeValue count = thermal_throttles(root_)) look.throttles = *count;
  return look;
}

}  // namespace joulemark::sensors
