// SPDX-License-Identifier: Apache-2.0
// A calibration is applied once, and its uncertainty stays apart from that of the readings.
#include "sensors/calibration.h"

#include <gmock/gmock.h>

#include "sensors/ledger.h"

namespace joulemark::sensors {
namespace {

using testing::HasSubstr;

/// Always the same energy.
class SteadySensor final : public Sensor {
 public:
  SteadySensor(std::string name, std::string scope)
      : name_(std::move(name)), scope_(std::move(scope)) {}
  [[nodiscard]] std::string name() const override { return name_; }
  [[nodiscard]] std::vector<ScopeInfo> scopes() const override {
    return {{scope_, Domain::kOther, scope_}};
  }
  [[nodiscard]] double update_period_s() const override { return 0; }
  [[nodiscard]] double resolution_j() const override { return 0.01; }
  [[nodiscard]] double max_read_interval_s() const override { return 0; }
  void read_into(std::vector<CounterReading>& readings) override { readings.clear(); }
  [[nodiscard]] std::vector<Energy> energies(const std::vector<CounterReading>&,
                                             const std::vector<CounterReading>&) const override {
    return {{.scope = scope_,
             .sensor = name_,
             .energy_class = EnergyClass::kMeasured,
             .joules = 100,
             .uncertainty_j = 2,
             .reason = "",
             .detail = ""}};
  }

 private:
  std::string name_;
  std::string scope_;
};

std::unique_ptr<Sensor> sensor(const char* name, const char* scope,
                               const std::vector<Calibration>& own = {}) {
  return calibrated(std::make_unique<SteadySensor>(name, scope), own);
}

TEST(Calibration, TheGainMultipliesJoulesAndTheirUncertaintyOnce) {
  const auto perf = sensor("perf", "package-0", {{"perf", 1.1, 0.01}});
  const Energy energy = perf->energies({}, {}).front();
  EXPECT_DOUBLE_EQ(*energy.joules, 110);
  EXPECT_DOUBLE_EQ(*energy.uncertainty_j, 2.2);
  EXPECT_DOUBLE_EQ(*energy.calibration_j, 1.1);
  EXPECT_DOUBLE_EQ(perf->resolution_j(), 0.011);
}

TEST(Calibration, TheTimeLineHasTheSameGain) {
  CounterReading begin;
  CounterReading end;
  end.joules = 50;
  end.t_after_ns = 1'000'000'000;
  const auto perf = sensor("perf", "package-0", {{"perf", 1.1, 0.01}});
  EXPECT_NEAR(*perf->watts_between(begin, end), 55, 1e-9);
  EXPECT_FALSE(perf->watts_between(end, end));
}

TEST(Calibration, ThePublishedOneMultipliesNothing) {
  const Energy energy = sensor("perf", "package-0")->energies({}, {}).front();
  EXPECT_DOUBLE_EQ(*energy.joules, 100);
  EXPECT_DOUBLE_EQ(*energy.calibration_j, 5);
  EXPECT_THAT(calibration_of("perf", "package-0", {})->source, HasSubstr("not calibrated"));
  EXPECT_EQ(calibration_of("nvml", "gpu-0", {})->source, "arXiv:2312.02741");
}

TEST(Calibration, WhereNobodyKnowsItIsAbsent) {
  EXPECT_FALSE(sensor("meter", "wall")->energies({}, {}).front().calibration_j);
  EXPECT_FALSE(calibration_of("meter", "wall", {{"perf", 1, 0.1}}));
  EXPECT_EQ(calibration_of("meter", "wall", {{"meter", 1, 0.1}})->source, "given by the user");
}

TEST(Calibration, InATotalItAddsUpLinearlyAndReadingsInQuadrature) {
  std::vector<std::unique_ptr<Sensor>> sensors;
  sensors.push_back(sensor("perf", "package-0"));
  sensors.push_back(sensor("nvml", "gpu-0", {{"nvml", 1, 0.02}}));
  const Energy total = measure_between(sensors, {}, {}, {}).back();
  EXPECT_DOUBLE_EQ(*total.joules, 200);
  EXPECT_DOUBLE_EQ(*total.calibration_j, 7);
  EXPECT_NEAR(*total.uncertainty_j, std::sqrt(8.0), 1e-12);
}

TEST(Calibration, ATotalWithAPartThatNobodyKnowsHasNone) {
  std::vector<std::unique_ptr<Sensor>> sensors;
  sensors.push_back(sensor("perf", "package-0"));
  sensors.push_back(sensor("amdsmi", "gpu-0"));
  const Energy total = measure_between(sensors, {}, {}, {}).back();
  EXPECT_DOUBLE_EQ(*total.joules, 200);
  EXPECT_FALSE(total.calibration_j);
}

// Two meters at the plug are two instruments, as two boards of one driver are.
TEST(Calibration, ThatOfAScopeComesBeforeThatOfItsSensor) {
  const std::vector<Calibration> own = {
      {"meter", 1.1, 0.01},
      {.sensor = "meter", .gain = 1.2, .relative_u = 0.02, .scope = "wall-1"}};
  EXPECT_DOUBLE_EQ(*sensor("meter", "wall-0", own)->energies({}, {}).front().joules, 110);
  const Energy second = sensor("meter", "wall-1", own)->energies({}, {}).front();
  EXPECT_DOUBLE_EQ(*second.joules, 120);
  EXPECT_DOUBLE_EQ(*second.calibration_j, 2.4);
  EXPECT_EQ(calibration_of("meter", "wall-1", own)->name, "meter:wall-1");
  EXPECT_EQ(calibration_of("meter", "wall-0", own)->name, "meter");
}

TEST(Calibration, ThatOfOneScopeSaysNothingOfTheOthers) {
  const std::vector<Calibration> own = {
      {.sensor = "meter", .gain = 1.2, .relative_u = 0.02, .scope = "wall-1"}};
  const Energy first = sensor("meter", "wall-0", own)->energies({}, {}).front();
  EXPECT_DOUBLE_EQ(*first.joules, 100);
  EXPECT_FALSE(first.calibration_j);
}

TEST(Calibration, ThoseThatApplyToNothingAreFound) {
  std::vector<std::unique_ptr<Sensor>> sensors;
  sensors.push_back(sensor("perf", "package-0"));
  const auto idle = idle_calibrations(
      {{"perf", 1, 0.1}, {"nvml", 1, 0.1}, {.sensor = "perf", .scope = "package-7"}}, sensors);
  ASSERT_EQ(idle.size(), 2U);
  EXPECT_EQ(idle[0].name(), "nvml");
  EXPECT_EQ(idle[1].name(), "perf:package-7");
}

TEST(Calibration, ASensorThatThereIsNotIsRefusedWithTheNearest) {
  const std::vector<std::string> names = {"perf", "powercap", "nvml"};
  EXPECT_TRUE(check_calibrations({{"nvml", 1, 0.1}}, names));
  const auto near = check_calibrations({{"powrcap", 1, 0.1}}, names);
  ASSERT_FALSE(near);
  EXPECT_EQ(near.error().kind, ErrorKind::kUsage);
  EXPECT_THAT(near.error().message, HasSubstr("'powrcap'; did you mean 'powercap'?"));
  EXPECT_THAT(check_calibrations({{"thermometer", 1, 0.1}}, names).error().message,
              HasSubstr("joulemark doctor"));
}

}  // namespace
}  // namespace joulemark::sensors
