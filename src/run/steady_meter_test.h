// SPDX-License-Identifier: Apache-2.0
// Test double at the Sensor seam: a meter of constant power on the clock of the test.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "joulemark/sensor.h"

namespace joulemark::run {

inline constexpr double kSteadyWatts = 10;

class SteadyMeter final : public Sensor {
 public:
  explicit SteadyMeter(Clock& clock) : clock_(clock) {}
  /// Joules besides, by the time.
  std::function<double(Nanoseconds)> more_j = [](Nanoseconds) { return 0.0; };
  double period_s = 0;
  [[nodiscard]] std::string name() const override { return "steady"; }
  [[nodiscard]] double update_period_s() const override { return period_s; }
  [[nodiscard]] double resolution_j() const override { return 0; }
  [[nodiscard]] double max_read_interval_s() const override { return 1000; }
  void read_into(std::vector<CounterReading>& readings) override {
    const Nanoseconds now = clock_.now();
    readings = {{.scope = "package-0",
                 .joules = kSteadyWatts * to_seconds(now) + more_j(now),
                 .t_before_ns = now,
                 .t_after_ns = now}};
  }
  [[nodiscard]] std::vector<Energy> energies(
      const std::vector<CounterReading>& begin,
      const std::vector<CounterReading>& end) const override {
    return {{.scope = "package-0",
             .sensor = "steady",
             .energy_class = EnergyClass::kMeasured,
             .joules = end[0].joules - begin[0].joules,
             .uncertainty_j = 0.001,
             .reason = "",
             .detail = ""}};
  }

 private:
  Clock& clock_;
};

}  // namespace joulemark::run
