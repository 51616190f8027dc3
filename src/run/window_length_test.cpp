// SPDX-License-Identifier: Apache-2.0
#include "run/window_length.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace joulemark::run {
namespace {

/// Updated every `period_s`.
class PeriodicSensor final : public Sensor {
 public:
  explicit PeriodicSensor(double period_s) : period_s_(period_s) {}
  [[nodiscard]] std::string name() const override { return "periodic"; }
  [[nodiscard]] double update_period_s() const override { return period_s_; }
  [[nodiscard]] double resolution_j() const override { return 0; }
  [[nodiscard]] double max_read_interval_s() const override { return 0; }
  void read_into(std::vector<CounterReading>& readings) override { readings.clear(); }
  [[nodiscard]] std::vector<Energy> energies(const std::vector<CounterReading>&,
                                             const std::vector<CounterReading>&) const override {
    return {};
  }

 private:
  double period_s_;
};

Result<double> length(const Protocol& protocol, double period_s) {
  std::vector<std::unique_ptr<Sensor>> sensors;
  if (period_s > 0) sensors.push_back(std::make_unique<PeriodicSensor>(period_s));
  return window_length(protocol, sensors);
}

Protocol asked(double precision, double duration_s) {
  Protocol protocol;
  protocol.energy_precision = precision;
  protocol.duration_s = duration_s;
  return protocol;
}

TEST(WindowLength, UnaskedItIsOnePercentAsFarAsTenSecondsAllow) {
  EXPECT_DOUBLE_EQ(*length(asked(0, 0), 0), 0.7);
  EXPECT_DOUBLE_EQ(*length(asked(0, 0), 0.001), 0.7);
  EXPECT_DOUBLE_EQ(*length(asked(0, 0), 0.02), 2);
  EXPECT_DOUBLE_EQ(*length(asked(0, 0), 1), 10);
  EXPECT_DOUBLE_EQ(*length(asked(0, 3), 1), 3);
}

TEST(WindowLength, IsAsLongAsThePrecisionTakes) {
  EXPECT_DOUBLE_EQ(*length(asked(0.01, 0), 1), 100);
  EXPECT_DOUBLE_EQ(*length(asked(0.1, 0), 1), 10);
  EXPECT_DOUBLE_EQ(*length(asked(0.5, 0), 0.001), 0.7);
  EXPECT_DOUBLE_EQ(*length(asked(0.01, 0), 0), 0.7);
}

TEST(WindowLength, WhatTheProtocolDoesNotAllowIsRefusedWithTheSecondsItWouldTake) {
  const auto by_duration = length(asked(0.01, 30), 1);
  ASSERT_FALSE(by_duration);
  EXPECT_EQ(by_duration.error().kind, ErrorKind::kUsage);
  EXPECT_THAT(
      by_duration.error().message,
      ::testing::AllOf(::testing::HasSubstr("windows of 100 s"), ::testing::HasSubstr("'periodic'"),
                       ::testing::HasSubstr("--duration from 30 s")));
  const auto by_limit = length(asked(0.001, 0), 1);
  ASSERT_FALSE(by_limit);
  EXPECT_THAT(by_limit.error().message,
              ::testing::AllOf(::testing::HasSubstr("windows of 1000 s"),
                               ::testing::HasSubstr("--time-limit from 300 s")));
}

}  // namespace
}  // namespace joulemark::run
