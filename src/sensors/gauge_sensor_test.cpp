// SPDX-License-Identifier: Apache-2.0
// Gauges that take long to answer.
#include "sensors/gauge_sensor.h"

#include <gtest/gtest.h>

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

 private:
  ScriptedClock& clock_;
  double latency_s_;
};

TEST(GaugeSensor, WhatFlowsUntilALateAnswerIsNotTheWindows) {
  for (const double latency_s : {0.0, 0.1, 0.9, 1.5}) {
    ScriptedClock clock;
    std::vector<PowerGauge> gauges;
    gauges.push_back({.scope = {"wall", Domain::kWall, ""},
                      .update_s = 1,
                      .sample_interval_s = 0.5,
                      .source = std::make_unique<SlowGauge>(clock, latency_s)});
    GaugeSensor sensor("meter", std::move(gauges), &clock);
    const auto begin = sensor.read();
    clock.advance_s(1);
    const auto end = sensor.read();
    const auto energies = sensor.energies(begin, end);
    EXPECT_NEAR(*energies[0].joules, 100, 1e-6) << latency_s;
    EXPECT_GE(*energies[0].uncertainty_j, 100 * latency_s / 3) << latency_s;
  }
}

}  // namespace
}  // namespace joulemark::sensors
