// SPDX-License-Identifier: Apache-2.0
// After the "Data Center Manageability Interface Specification" 1.5, section 6.6.1.
#include "sensors/meters/ipmi.h"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <utility>

#include "base/error.h"
#include "host/kernel_file.h"
#include "sensors/containment.h"
#include "sensors/gauges/gauge_sensor.h"
#include "sensors/sensor_status.h"

namespace joulemark::sensors {
namespace {

namespace fs = std::filesystem;

constexpr std::uint8_t kGroupFunction = 0x2C;
constexpr std::uint8_t kGetPowerReading = 0x02;
constexpr std::uint8_t kDcmi = 0xDC;
constexpr std::uint8_t kSystemPower = 0x01;
constexpr std::uint8_t kMeasuring = 1U << 6;
/// Completion code, group, four times two bytes of watts, four of time, four of period, the state.
constexpr std::size_t kReplyBytes = 19;
constexpr std::size_t kPeriodAt = 14;
constexpr std::size_t kStateAt = 18;
/// Completion codes of a controller that is busy now.
constexpr std::uint8_t kNodeBusy = 0xC0;
constexpr std::uint8_t kTimeout = 0xC3;

constexpr double kUpdateS = 1;
/// Controllers without statistics give a period of hours, over which nothing is averaged.
constexpr double kLongestAverageS = 10;
constexpr double kMostNodeWatts = 50'000;

IpmiRequest power_request() {
  return {
      .function = kGroupFunction, .command = kGetPowerReading, .data = {kDcmi, kSystemPower, 0, 0}};
}

class DcmiGauge final : public GaugeSource {
 public:
  explicit DcmiGauge(std::unique_ptr<IpmiDevice> device) : device_(std::move(device)) {}
  std::optional<double> watts() override {
    const IpmiReply reply = device_->ask(power_request());
    if (!reply) return std::nullopt;
    const auto power = parse_power_reading(*reply);
    return power ? std::optional(power->watts) : std::nullopt;
  }
  [[nodiscard]] double step_w() const override { return 1; }

 private:
  std::unique_ptr<IpmiDevice> device_;
};

SensorStatus status_of(const std::string& scope, const std::string& reason, std::string detail) {
  return make_status("ipmi", scope, reason, std::move(detail));
}

OpenedIpmi open_device(const SensorEnvironment& environment) {
  if (environment.open_ipmi) return environment.open_ipmi();
  return environment.root == "/" ? open_kernel_ipmi() : open_simulated_ipmi(environment.root);
}

/// Whether firmware tables speak of a management controller.
bool has_controller(const fs::path& root) {
  std::error_code error;
  return fs::exists(root / "sys/firmware/dmi/entries/38-0", error) ||
         !host::entries_of(root / "sys/bus/acpi/devices", "IPI0001").empty() ||
         !host::entries_of(root / "sys/bus/platform/devices", "dmi-ipmi-").empty();
}

SensorStatus not_opened(int error, const fs::path& root) {
  if (error == EACCES || error == EPERM) {
    SensorStatus status =
        status_of("node", "eacces", "the management controller may not be asked ('/dev/ipmi0')");
    status.remedy = "sudo chmod a+rw /dev/ipmi0";
    return status;
  }
  if (error != ENOENT && error != ENODEV && error != ENXIO)
    return status_of("node", "unreadable",
                     fmt::format("cannot open '/dev/ipmi0': {}", errno_text(error)));
  SensorStatus status = status_of("", "absent", "there is no management controller");
  if (!has_controller(root)) return status;
  status.detail = "there is a management controller, and no driver for it is loaded";
  status.remedy = "sudo modprobe -a ipmi_si ipmi_devintf";
  return status;
}

}  // namespace

tl::expected<DcmiPower, DcmiFailure> parse_power_reading(std::span<const std::uint8_t> reply) {
  const auto failure = [](const char* reason, std::string detail) {
    return tl::unexpected(DcmiFailure{reason, std::move(detail)});
  };
  if (reply.empty()) return failure("unreadable", "the management controller's answer is empty");
  const std::uint8_t code = reply[0];
  if (code == kNodeBusy || code == kTimeout)
    return failure("unreadable", "the management controller is busy");
  if (code != 0)
    return failure("not_supported",
                   fmt::format("the management controller tells no power (code 0x{:02x})", code));
  if (reply.size() < kReplyBytes || reply[1] != kDcmi)
    return failure("unreadable", "the management controller's answer is of no known form");
  if ((reply[kStateAt] & kMeasuring) == 0)
    return failure("inactive", "the management controller does not measure its power now");
  const double watts = reply[2] | reply[3] << 8;
  if (watts == 0)
    return failure("not_supported",
                   "the management controller shows 0 W, which no server that runs takes");
  std::uint32_t period_ms = 0;
  for (std::size_t i = 0; i < 4; ++i) period_ms |= std::uint32_t{reply[kPeriodAt + i]} << (8 * i);
  return DcmiPower{.watts = watts, .period_s = period_ms / 1000.0};
}

Discovered find_ipmi(const SensorEnvironment& environment, const std::vector<ScopeInfo>& claimed) {
  Discovered found;
  auto device = open_device(environment);
  if (!device) {
    found.statuses.push_back(not_opened(device.error(), environment.root));
    return found;
  }
  const ScopeInfo scope{"node", Domain::kNode, ""};
  if (const Role role = role_beside(scope, claimed); role != Role::kCounted) {
    found.statuses.push_back(status_of_role("ipmi", scope.scope, role));
    return found;
  }
  const IpmiReply reply = (*device)->ask(power_request());
  if (!reply) {
    found.statuses.push_back(status_of(
        scope.scope, "unreadable",
        fmt::format("the management controller does not answer: {}", errno_text(reply.error()))));
    return found;
  }
  const auto power = parse_power_reading(*reply);
  if (!power) {
    const auto& [reason, detail] = power.error();
    found.statuses.push_back(status_of(scope.scope, reason, detail));
    return found;
  }
  found.statuses.push_back(status_of(scope.scope, "", "power of the whole server, integrated"));
  std::vector<PowerGauge> gauges;
  gauges.push_back({.scope = scope,
                    .timing = {.average_s = std::clamp(power->period_s, kUpdateS, kLongestAverageS),
                               .update_s = kUpdateS,
                               .is_guessed = true},
                    .max_watts = kMostNodeWatts,
                    .sample_interval_s = kUpdateS,
                    .source = std::make_unique<DcmiGauge>(*std::move(device))});
  found.sensors.push_back(
      std::make_unique<GaugeSensor>("ipmi", std::move(gauges), environment.clock));
  return found;
}

}  // namespace joulemark::sensors
