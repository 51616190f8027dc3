// SPDX-License-Identifier: Apache-2.0
#include "sensors/kernel/hwmon.h"

#include <fmt/format.h>

#include <cerrno>

#include "base/error.h"
#include "sensors/containment.h"
#include "sensors/counters/counter_discovery.h"
#include "sensors/gauges/gauge_sensor.h"
#include "sensors/kernel/hwmon_chips.h"
#include "sensors/sensor_status.h"

namespace joulemark::sensors {
namespace {

constexpr double kMicro = 1e-6;
/// Millivolts times milliamperes.
constexpr double kMilliMilli = 1e-6;

/// What is open of the channels. Rows of counters come with their sensor.
struct OpenChannels {
  std::vector<Counter> counters;
  std::vector<PowerGauge> gauges;
  std::vector<SensorStatus> statuses;
};

SensorStatus usable_status(const HwmonChannel& channel) {
  return make_status("hwmon", channel.scope.scope, "",
                     fmt::format("power, integrated; each reading is the mean of {:.3g} ms",
                                 channel.average_s * 1e3));
}

SensorStatus unreadable_status(const HwmonChannel& channel) {
  const auto file = SysfsFile::open(channel.file);
  const bool forbidden = !file && (file.error() == EACCES || file.error() == EPERM);
  SensorStatus status =
      make_status("hwmon", channel.scope.scope, forbidden ? "eacces" : "unreadable",
                  fmt::format("cannot read '{}'{}", channel.file.string(),
                              forbidden ? ": permission denied" : ""));
  if (forbidden) status.remedy = fmt::format("sudo chmod a+r {}", channel.file.string());
  return status;
}

double unit_w(ChannelKind kind) {
  return kind == ChannelKind::kMilliwatts ? 1e-3 : kMicro;
}

bool open_counter(const HwmonChannel& channel, OpenChannels& open) {
  auto file = SysfsFile::open(channel.file);
  if (!file) return false;
  auto source = std::make_unique<FileCounter>(*std::move(file));
  if (!source->read()) return false;
  open.counters.push_back({.scope = channel.scope,
                           .range = {.unit_j = kMicro, .modulus = 0},
                           .step_j = kMicro,
                           .update_s = channel.update_s,
                           .source = std::move(source)});
  return true;
}

bool open_power(const HwmonChannel& channel, OpenChannels& open) {
  auto source = channel.kind == ChannelKind::kProduct
                    ? open_product({channel.file, channel.step},
                                   {channel.second, channel.second_step}, kMilliMilli)
                    : open_gauge(channel.file, unit_w(channel.kind));
  if (source == nullptr) return false;
  open.gauges.push_back({.scope = channel.scope,
                         .timing = {channel.average_s, channel.update_s},
                         .source = std::move(source)});
  return true;
}

/// Of several channels that measure the same the first counts.
Role role_of(std::size_t index, const std::vector<HwmonChannel>& channels,
             const std::vector<ScopeInfo>& claimed) {
  const ScopeInfo& scope = channels[index].scope;
  std::vector<ScopeInfo> others = claimed;
  for (std::size_t i = 0; i < channels.size(); ++i) {
    const ScopeInfo& other = channels[i].scope;
    const bool again = i > index && other.domain == scope.domain && other.device == scope.device;
    if (i != index && !again) others.push_back(other);
  }
  return role_beside(scope, others);
}

OpenChannels open_counted(const std::vector<HwmonChannel>& channels,
                          const std::vector<ScopeInfo>& claimed) {
  OpenChannels open;
  for (std::size_t i = 0; i < channels.size(); ++i) {
    const HwmonChannel& channel = channels[i];
    const Role role = role_of(i, channels, claimed);
    if (role != Role::kCounted) {
      open.statuses.push_back(status_of_role("hwmon", channel.scope.scope, role));
      continue;
    }
    const bool counts = channel.kind == ChannelKind::kEnergy;
    if (!(counts ? open_counter(channel, open) : open_power(channel, open)))
      open.statuses.push_back(unreadable_status(channel));
    else if (!counts)
      open.statuses.push_back(usable_status(channel));
  }
  return open;
}

}  // namespace

Discovered find_hwmon(const SensorEnvironment& environment, const std::vector<ScopeInfo>& claimed) {
  Discovered found;
  OpenChannels open = open_counted(list_channels(environment.root), claimed);
  found.statuses = std::move(open.statuses);
  if (!open.counters.empty())
    add_counters(
        {.name = "hwmon", .counters = std::move(open.counters), .clock = environment.clock},
        [](std::size_t, const Cadence& cadence) {
          return "energy counter, " + cadence_text(cadence);
        },
        found);
  if (found.statuses.empty())
    found.statuses.push_back(
        make_status("hwmon", "", "absent", "no chip measures energy or power"));
  if (!open.gauges.empty())
    found.sensors.push_back(
        std::make_unique<GaugeSensor>("hwmon", std::move(open.gauges), environment.clock));
  return found;
}

}  // namespace joulemark::sensors
