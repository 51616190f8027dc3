// SPDX-License-Identifier: Apache-2.0
// The meter's thread, with a sensor whose power is constant.
#include "serve/energy/meter.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <future>

#include "base/clock.h"

namespace joulemark::serve {
namespace {

constexpr double kWatts = 100;

class ConstantPower final : public Sensor {
 public:
  [[nodiscard]] std::string name() const override { return "constant"; }
  [[nodiscard]] double update_period_s() const override { return 0.001; }
  [[nodiscard]] double resolution_j() const override { return 1e-6; }
  [[nodiscard]] double max_read_interval_s() const override { return 0; }
  void read_into(std::vector<CounterReading>& readings) override {
    const Nanoseconds now = monotonic_now();
    readings.assign(1, {.scope = "package-0",
                        .joules = kWatts * to_seconds(now),
                        .t_before_ns = now,
                        .t_after_ns = now});
  }
  [[nodiscard]] std::vector<Energy> energies(
      const std::vector<CounterReading>& begin,
      const std::vector<CounterReading>& end) const override {
    return {{.scope = "package-0",
             .sensor = "constant",
             .energy_class = EnergyClass::kMeasured,
             .joules = end.at(0).joules - begin.at(0).joules,
             .uncertainty_j = 0,
             .reason = "",
             .detail = ""}};
  }
};

sensors::Discovered constant_power() {
  sensors::Discovered found;
  found.sensors.push_back(std::make_unique<ConstantPower>());
  return found;
}

/// What a request that the engine has for 20 ms from now on took.
Served served_now() {
  const Nanoseconds begin = monotonic_now();
  return {.begin = begin, .end = begin + 20'000'000, .engine_time = 20'000'000};
}

TEST(EnergyMeter, AnswersWhenAReadingLiesBehindTheRequest) {
  std::promise<EnergyShare> told;
  const auto meter = start_energy_meter(constant_power(), [](const EnergyFact&) {});
  meter->share_of(served_now(), [&](const EnergyShare& share) { told.set_value(share); });
  const EnergyShare share = told.get_future().get();
  ASSERT_TRUE(share.measured) << share.reason;
  EXPECT_NEAR(share.joules, kWatts * 0.02, 1e-6);
  EXPECT_GE(share.window_s, 0.1);
  EXPECT_NEAR(share.window_joules, kWatts * share.window_s, 1e-6);
}

TEST(EnergyMeter, TellsWhatAllAndWhatTheRequestsTook) {
  std::promise<EnergyFact> told;
  double least = 0;
  const auto meter = start_energy_meter(constant_power(), [&](const EnergyFact& fact) {
    if (fact.busy_joules > 0 && std::exchange(least, 1) == 0) told.set_value(fact);
  });
  meter->note_batch(served_now());
  const EnergyFact fact = told.get_future().get();
  EXPECT_NEAR(fact.busy_joules, kWatts * 0.02, 1e-6);
  EXPECT_GT(fact.joules, fact.busy_joules);
  EXPECT_EQ(fact.reason, "");
}

TEST(EnergyMeter, WhoStillWaitsAtTheEndIsToldThatThereIsNone) {
  EnergyShare told;
  auto meter = start_energy_meter(constant_power(), [](const EnergyFact&) {});
  Served late = served_now();
  late.end += 3600 * kNanosecondsPerSecond;
  meter->share_of(late, [&](const EnergyShare& share) { told = share; });
  meter.reset();
  EXPECT_FALSE(told.measured);
  EXPECT_THAT(told.reason, testing::HasSubstr("the server ended"));
}

TEST(EnergyMeter, WithoutASensorItAnswersAtOnceWithTheReason) {
  EnergyFact fact;
  EnergyShare told;
  const auto meter =
      start_energy_meter(sensors::Discovered{}, [&](const EnergyFact& one) { fact = one; });
  meter->note_batch(served_now());
  meter->share_of(served_now(), [&](const EnergyShare& share) { told = share; });
  EXPECT_FALSE(told.measured);
  EXPECT_THAT(told.reason, testing::HasSubstr("no energy sensor"));
  EXPECT_EQ(fact.reason, told.reason);
}

}  // namespace
}  // namespace joulemark::serve
