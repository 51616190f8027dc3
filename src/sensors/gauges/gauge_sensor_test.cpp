// SPDX-License-Identifier: Apache-2.0
// Gauges that take long to answer.
#include "sensors/gauges/gauge_sensor.h"

#include <gtest/gtest.h>

#include <utility>

#include "sensors/ledger.h"
#include "sensors/scripted_clock.h"

namespace joulemark::sensors {
namespace {

/// Answers after `latency_s` of the clock.
class SlowGauge final : public GaugeSource {
 public:
  SlowGauge(ScriptedClock& clock, double latency_s) : clock_(clock), latency_s_(latency_s) {}
  std::optional<double> watts() override {
    clock_.advance_s(latency_s_);
    return 100;
  }
  [[nodiscard]] double step_w() const override { return 0; }

 private:
  ScriptedClock& clock_;
  double latency_s_;
};

std::unique_ptr<Sensor> slow_sensor(ScriptedClock& clock, const ScopeInfo& scope,
                                    double latency_s) {
  std::vector<PowerGauge> gauges;
  gauges.push_back({.scope = scope,
                    .timing = {.average_s = 0, .update_s = 1},
                    .sample_interval_s = 0.5,
                    .source = std::make_unique<SlowGauge>(clock, latency_s)});
  return std::make_unique<GaugeSensor>("meter", std::move(gauges), &clock);
}

TEST(GaugeSensor, TheWindowOfOneIsNotLongerBecauseAnotherIsSlow) {
  for (const auto& [first_s, second_s] : {std::pair(0.1, 1.2), std::pair(1.2, 0.1)}) {
    ScriptedClock clock;
    std::vector<std::unique_ptr<Sensor>> sensors;
    sensors.push_back(slow_sensor(clock, {"wall-0", Domain::kWall, "0"}, first_s));
    sensors.push_back(slow_sensor(clock, {"wall-1", Domain::kWall, "1"}, second_s));
    const Readings begin = read_fresh(sensors);
    clock.advance_s(1);
    const Readings end = read_all(sensors);
    const auto energies = measure_between(sensors, begin, end, {});
    EXPECT_NEAR(*energies[0].joules, 100, 1e-6);
    EXPECT_NEAR(*energies[1].joules, 100, 1e-6);
    EXPECT_GE(*energies[0].uncertainty_j, 100 * first_s / 3);
    EXPECT_GE(*energies[1].uncertainty_j, 100 * second_s / 3);
  }
}

TEST(GaugeSensor, WhatFlowsUntilALateAnswerIsNotTheWindows) {
  for (const double latency_s : {0.0, 0.1, 0.9, 1.5}) {
    ScriptedClock clock;
    const auto sensor = slow_sensor(clock, {"wall", Domain::kWall, ""}, latency_s);
    const auto begin = sensor->read();
    clock.advance_s(1);
    const auto end = sensor->read();
    const auto energies = sensor->energies(begin, end);
    EXPECT_NEAR(*energies[0].joules, 100, 1e-6) << latency_s;
    EXPECT_GE(*energies[0].uncertainty_j, 100 * latency_s / 3) << latency_s;
  }
}

}  // namespace
}  // namespace joulemark::sensors
