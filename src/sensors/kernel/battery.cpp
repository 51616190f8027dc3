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

/// The gauge of a battery that discharges; else its reading is not what the laptop draws. Fuel
/// gauges that do not know show 0.
class DischargeGauge final : public GaugeSource {
 public:
  DischargeGauge(std::unique_ptr<GaugeSource> power, SysfsFile status)
      : power_(std::move(power)), status_(std::move(status)) {}
  std::optional<double> watts() override {
    if (!discharges()) return std::nullopt;
    const auto watts = power_->watts();
    // Some drivers count what flows out as negative.
    return watts && *watts != 0 ? std::optional(std::abs(*watts)) : std::nullopt;
  }
  [[nodiscard]] bool discharges() const {
    char buffer[64];
    const auto status = status_.read(buffer, sizeof buffer);
    return status && host::trimmed(*status) == "Discharging";
  }
  [[nodiscard]] double step_w() const override { return std::abs(power_->step_w()); }

 private:
  std::unique_ptr<GaugeSource> power_;
  SysfsFile status_;
};

SensorStatus status_of(const std::string& scope, const std::string& reason, std::string detail) {
  return make_status("battery", scope, reason, std::move(detail));
}

/// Mice, headsets and UPSs are batteries too, of somebody else.
bool feeds_this_machine(const fs::path& supply) {
  const auto text_of = [&](const char* file) {
    return host::read_small(supply / file).value_or("");
  };
  const bool is_battery =
      text_of("type") == "Battery" ||
      (text_of("type").empty() && supply.filename().string().starts_with("BAT"));
  return is_battery && text_of("scope") != "Device" && text_of("present") != "0";
}

std::unique_ptr<DischargeGauge> open_battery(const fs::path& battery) {
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
  auto batteries = host::entries_of(environment.root / "sys/class/power_supply", "");
  std::erase_if(batteries, [](const fs::path& supply) { return !feeds_this_machine(supply); });
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
    } else if (!source->discharges()) {
      found.statuses.push_back(
          status_of(name, "charging", "its power is what the laptop draws only without a plug"));
      found.statuses.back().remedy = "unplug the power supply";
    } else if (!source->watts()) {
      found.statuses.push_back(status_of(
          name, "unknown", "it shows 0 W, which no laptop draws; it may know more later"));
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
