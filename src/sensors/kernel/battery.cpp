// SPDX-License-Identifier: Apache-2.0
#include "sensors/kernel/battery.h"

#include <cmath>

#include "host/kernel_file.h"
#include "sensors/containment.h"
#include "sensors/gauges/gauge_sensor.h"
#include "sensors/sensor_status.h"

namespace joulemark::sensors {
namespace {

namespace fs = std::filesystem;

constexpr double kMicro = 1e-6;
/// Microvolts times microamperes.
constexpr double kMicroMicro = 1e-12;
/// Embedded controllers look at the battery about once a second.
constexpr double kUpdateS = 1;
constexpr double kMostLaptopWatts = 500;

/// The gauge of a battery that discharges; else its reading is not what the laptop draws.
class DischargeGauge final : public GaugeSource {
 public:
  DischargeGauge(std::unique_ptr<GaugeSource> power, SysfsFile status)
      : power_(std::move(power)), status_(std::move(status)) {}
  std::optional<double> watts() override {
    char buffer[64];
    const auto status = status_.read(buffer, sizeof buffer);
    if (!status || host::trimmed(*status) != "Discharging") return std::nullopt;
    const auto watts = power_->watts();
    // Some drivers count what flows out as negative.
    return watts ? std::optional(std::abs(*watts)) : std::nullopt;
  }
  [[nodiscard]] double step_w() const override { return std::abs(power_->step_w()); }

 private:
  std::unique_ptr<GaugeSource> power_;
  SysfsFile status_;
};

SensorStatus status_of(const std::string& scope, const std::string& reason, std::string detail) {
  return make_status("battery", scope, reason, std::move(detail));
}

std::unique_ptr<GaugeSource> open_battery(const fs::path& battery) {
  auto power = open_gauge(battery / "power_now", kMicro);
  if (power == nullptr)
    power = open_product({battery / "voltage_now"}, {battery / "current_now"}, kMicroMicro);
  auto status = SysfsFile::open(battery / "status");
  if (power == nullptr || !status) return nullptr;
  return std::make_unique<DischargeGauge>(std::move(power), *std::move(status));
}

}  // namespace

Discovered find_battery(const SensorEnvironment& environment,
                        const std::vector<ScopeInfo>& claimed) {
  Discovered found;
  const auto batteries = host::entries_of(environment.root / "sys/class/power_supply", "BAT");
  if (batteries.empty()) {
    found.statuses.push_back(status_of("", "absent", "there is no battery"));
    return found;
  }
  std::vector<PowerGauge> gauges;
  for (const fs::path& battery : batteries) {
    const std::string name = battery.filename().string();
    const ScopeInfo scope{name, Domain::kNode, name};
    const Role role = role_beside(scope, claimed);
    auto source = open_battery(battery);
    if (role != Role::kCounted) {
      found.statuses.push_back(status_of_role("battery", name, role));
    } else if (source == nullptr) {
      found.statuses.push_back(status_of(name, "unknown", "it does not tell its power"));
    } else if (!source->watts()) {
      found.statuses.push_back(
          status_of(name, "charging", "its power is what the laptop draws only without a plug"));
      found.statuses.back().remedy = "unplug the power supply";
    } else {
      found.statuses.push_back(status_of(name, "", "power of the whole laptop, integrated"));
      gauges.push_back({.scope = scope,
                        .timing = {.average_s = kUpdateS, .update_s = kUpdateS, .is_guessed = true},
                        .max_watts = kMostLaptopWatts,
                        .source = std::move(source)});
    }
  }
  if (!gauges.empty())
    found.sensors.push_back(
        std::make_unique<GaugeSensor>("battery", std::move(gauges), environment.clock));
  return found;
}

}  // namespace joulemark::sensors
