// SPDX-License-Identifier: Apache-2.0
// The check of the sampler finds a sampler that is costly, and counts what it does.
#include "run/self_check.h"

#include <gtest/gtest.h>

#include <cmath>

#include "base/clock.h"
#include "base/thread_time.h"

namespace joulemark::run {
namespace {

/// A sensor that computes for some time whenever it is read.
class BusySensor final : public Sensor {
 public:
  explicit BusySensor(double busy_s) : busy_s_(busy_s) {}
  [[nodiscard]] std::string name() const override { return "busy"; }
  [[nodiscard]] double update_period_s() const override { return 0.001; }
  [[nodiscard]] double resolution_j() const override { return 1e-6; }
  [[nodiscard]] double max_read_interval_s() const override { return 60; }
  void read_into(std::vector<CounterReading>& readings) override {
    readings.clear();
    const Nanoseconds end = thread_cpu_time() + to_nanoseconds(busy_s_);
    while (thread_cpu_time() < end) {
    }
  }
  [[nodiscard]] std::vector<Energy> energies(const std::vector<CounterReading>&,
                                             const std::vector<CounterReading>&) const override {
    return {};
  }

 private:
  double busy_s_;
};

SelfCheck checked(double busy_s, const SelfCheckOptions& options) {
  std::vector<std::unique_ptr<Sensor>> sensors;
  sensors.push_back(std::make_unique<BusySensor>(busy_s));
  const std::atomic<bool> stop = false;
  const auto check = check_sampling(sensors, options, stop);
  EXPECT_TRUE(check && *check);
  return check && *check ? **check : SelfCheck();
}

TEST(SelfCheck, CountsTheSamplersOwnTime) {
  const SelfCheck idle = checked(0, {.seconds = 1, .hz = 50});
  const SelfCheck busy = checked(0.005, {.seconds = 1, .hz = 50});
  // 50 × 5 ms, of the ticks that come on a machine that others use too.
  const double came =
      static_cast<double>(busy.ticks) / static_cast<double>(busy.ticks + busy.missed);
  EXPECT_GT(busy.sampler_cores, 0.08 * came);
  EXPECT_LT(busy.sampler_cores, 0.5);
  EXPECT_GE(idle.sampler_cores, 0);
  EXPECT_LT(idle.sampler_cores, busy.sampler_cores);
}

TEST(SelfCheck, MeasuresInPairsOfWholeTicks) {
  const SelfCheck check = checked(0, {.seconds = 0.51, .hz = 50});
  EXPECT_EQ(check.pairs, 5U);  // of 2 × 2.5 ticks each
  EXPECT_DOUBLE_EQ(check.block_s, 0.04);
  EXPECT_GE(check.ticks + check.missed, 5 * 2);
  EXPECT_GT(check.latency_off_s, 1e-6);
  EXPECT_LT(check.latency_off_s, 0.1);
  EXPECT_TRUE(std::isfinite(check.change.estimate));
  EXPECT_GT(check.change.estimate, -1);
}

TEST(SelfCheck, TooFewPairsHaveNoInterval) {
  const SelfCheck check = checked(0, {.seconds = 0, .hz = 100});
  EXPECT_EQ(check.pairs, 2U);
  EXPECT_FALSE(check.change.bounded());
  EXPECT_TRUE(std::isfinite(check.change.estimate));
}

TEST(SelfCheck, EndsWhereItIsStopped) {
  const std::atomic<bool> stop = true;
  const auto check = check_sampling({}, {.seconds = 100, .hz = 100}, stop);
  ASSERT_TRUE(check);
  EXPECT_FALSE(*check);
}

}  // namespace
}  // namespace joulemark::run
