// SPDX-License-Identifier: Apache-2.0
#include "sensors/meters/network_meters.h"

#include <fmt/format.h>

#include <cmath>
#include <cstdlib>
#include <utility>

#include "base/split.h"
#include "host/kernel_file.h"
#include "net/curl_client.h"
#include "sensors/gauges/gauge_sensor.h"
#include "sensors/meters/http_meter.h"
#include "sensors/meters/ptdaemon_meter.h"
#include "sensors/sensor_status.h"

namespace joulemark::sensors {
namespace {

/// Plugs bring a new number about once a second, the mean of the time since the last; PTDaemon is
/// asked for exactly that.
constexpr double kUpdateS = 1;
/// Asked a bit more often than that, a new number is seen soon.
constexpr double kSampleIntervalS = 0.5;

/// Of several supplies one may rest; the only one of a machine that runs does not.
enum class Supply { kOnly, kOneOfSeveral };

bool is_of(Supply supply, double watts) {
  return watts > 0 || supply == Supply::kOneOfSeveral;
}

MeterWatts not_of_this_machine(const MeterAddress& address) {
  auto failure =
      meter_failure("unreadable", address, "it shows 0 W, so it does not feed this machine");
  failure.value().remedy = "name the meter and the outlet that do";
  return failure;
}

class MeterGauge final : public GaugeSource {
 public:
  MeterGauge(std::unique_ptr<Meter> meter, Supply supply)
      : meter_(std::move(meter)), supply_(supply) {}
  std::optional<double> watts() override {
    const MeterWatts watts = meter_->ask();
    if (!watts) return failed(watts.error().detail);
    if (!is_of(supply_, *watts)) return failed("it shows 0 W");
    while (step_w_ > kFinestStepW && !is_multiple(*watts, step_w_)) step_w_ /= 10;
    return *watts;
  }
  [[nodiscard]] double step_w() const override { return step_w_; }
  [[nodiscard]] std::string failure() const override { return failure_; }

 private:
  std::nullopt_t failed(std::string why) {
    failure_ = std::move(why);
    return std::nullopt;
  }
  /// Meters tell whole watts, tenths or hundredths; analysers a few digits more.
  static constexpr double kFinestStepW = 0.0015;
  static bool is_multiple(double watts, double step_w) {
    constexpr double kRounding = 1e-6;
    const double steps = watts / step_w;
    return std::abs(steps - std::round(steps)) < kRounding / step_w;
  }
  std::unique_ptr<Meter> meter_;
  Supply supply_;
  std::string failure_;
  double step_w_ = 1;
};

std::optional<net::Credentials> credentials_of_environment() {
  const char* user = std::getenv("JOULEMARK_METER_USER");
  const char* password = std::getenv("JOULEMARK_METER_PASSWORD");
  if (user == nullptr && password == nullptr) return std::nullopt;
  return net::Credentials{.user = user != nullptr ? user : "",
                          .password = password != nullptr ? password : ""};
}

std::unique_ptr<net::HttpClient> client_of(const SensorEnvironment& environment) {
  if (environment.make_http) return environment.make_http();
  return net::make_curl_client({.answer_timeout_s = environment.meter_timeout_s,
                                .total_timeout_s = environment.meter_timeout_s,
                                .proxies = net::CurlOptions::Proxies::kNone});
}

std::unique_ptr<Meter> open_meter(const MeterAddress& address,
                                  const SensorEnvironment& environment) {
  if (address.kind == MeterKind::kPtdaemon)
    return make_ptdaemon_meter(address, environment.meter_timeout_s);
  return make_http_meter({.address = address,
                          .http = client_of(environment),
                          .credentials = credentials_of_environment()});
}

GaugeTiming timing_of(MeterKind kind) {
  return {.average_s = kUpdateS, .update_s = kUpdateS, .is_guessed = kind != MeterKind::kPtdaemon};
}

std::unique_ptr<Sensor> sensor_of(const ScopeInfo& scope, const GaugeTiming& timing,
                                  std::unique_ptr<GaugeSource> gauge, Clock* clock) {
  std::vector<PowerGauge> gauges;
  gauges.push_back({.scope = scope,
                    .timing = timing,
                    .max_watts = kMostMeterWatts,
                    .sample_interval_s = kSampleIntervalS,
                    .source = std::move(gauge)});
  return std::make_unique<GaugeSensor>("meter", std::move(gauges), clock);
}

SensorStatus status_of(const MeterWatts& watts, const ScopeInfo& scope,
                       const MeterAddress& address) {
  if (watts)
    return make_status("meter", scope.scope, "",
                       fmt::format("power at the plug, integrated: {}", to_string(address)));
  const auto& [reason, detail, remedy] = watts.error();
  SensorStatus status = make_status("meter", scope.scope, reason, detail);
  status.remedy = remedy;
  return status;
}

/// Those that the user named, and those that a simulated machine has.
std::vector<MeterAddress> meters_of(const SensorEnvironment& environment) {
  std::vector<MeterAddress> meters = environment.meters;
  if (environment.root == "/") return meters;
  const auto text = host::read_small(environment.root / "sim/meters");
  for (const std::string& line : split(text.value_or(""), '\n'))
    if (auto address = parse_meter_address(line)) meters.push_back(*std::move(address));
  return meters;
}

}  // namespace

Discovered find_meters(const SensorEnvironment& environment,
                       const std::vector<ScopeInfo>& /*claimed*/) {
  Discovered found;
  const std::vector<MeterAddress> meters = meters_of(environment);
  if (meters.empty())
    found.statuses.push_back(make_status("meter", "", "absent", "no meter is named (--meter)"));
  const Supply supply = meters.size() == 1 ? Supply::kOnly : Supply::kOneOfSeveral;
  for (std::size_t i = 0; i < meters.size(); ++i) {
    const std::string device = meters.size() == 1 ? "" : std::to_string(i);
    const ScopeInfo scope{device.empty() ? "wall" : "wall-" + device, Domain::kWall, device};
    auto meter = open_meter(meters[i], environment);
    MeterWatts watts = meter->ask();
    if (watts && !is_of(supply, *watts)) watts = not_of_this_machine(meters[i]);
    found.statuses.push_back(status_of(watts, scope, meters[i]));
    if (watts)
      found.sensors.push_back(sensor_of(scope, timing_of(meters[i].kind),
                                        std::make_unique<MeterGauge>(std::move(meter), supply),
                                        environment.clock));
  }
  return found;
}

}  // namespace joulemark::sensors
