// SPDX-License-Identifier: Apache-2.0
// What a total adds when somebody has put a meter at the plug.
#include "sensors/ledger.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <utility>

#include "base/random.h"
#include "sensors/calibration.h"
#include "sensors/scope_reading.h"

namespace joulemark::sensors {
namespace {

using testing::HasSubstr;
using testing::Not;

/// A sensor whose energy is given; without joules it is a gap.
class GivenSensor final : public Sensor {
 public:
  GivenSensor(ScopeInfo scope, std::optional<double> joules, double uncertainty_j = 0)
      : scope_(std::move(scope)), joules_(joules), uncertainty_j_(uncertainty_j) {}
  [[nodiscard]] std::string name() const override { return "given"; }
  [[nodiscard]] std::vector<ScopeInfo> scopes() const override { return {scope_}; }
  [[nodiscard]] double update_period_s() const override { return 0; }
  [[nodiscard]] double resolution_j() const override { return 0; }
  [[nodiscard]] double max_read_interval_s() const override { return 0; }
  void read_into(std::vector<CounterReading>& readings) override { readings.clear(); }
  [[nodiscard]] std::vector<Energy> energies(
      const std::vector<CounterReading>& /*begin*/,
      const std::vector<CounterReading>& /*end*/) const override {
    if (!joules_) return {absent_energy(scope_.scope, "gap", "nobody answered")};
    Energy energy;
    energy.scope = scope_.scope;
    energy.sensor = "given";
    energy.energy_class = EnergyClass::kMeasured;
    energy.joules = joules_;
    energy.uncertainty_j = uncertainty_j_;
    return {energy};
  }

 private:
  ScopeInfo scope_;
  std::optional<double> joules_;
  double uncertainty_j_;
};

using Sensors = std::vector<std::unique_ptr<Sensor>>;

void add(Sensors& sensors, ScopeInfo scope, std::optional<double> joules, double u = 0) {
  sensors.push_back(std::make_unique<GivenSensor>(std::move(scope), joules, u));
}

const ScopeInfo kWall{"wall", Domain::kWall, ""};
const ScopeInfo kPackage{"package-0", Domain::kPackage, "0"};
const ScopeInfo kDram{"dram-0", Domain::kDram, "0"};

std::vector<Energy> measure(const Sensors& sensors, const std::vector<SensorStatus>& rows = {}) {
  return measure_between(sensors, {}, {}, rows);
}

SensorStatus unreadable(const std::string& scope, const std::string& reason) {
  SensorStatus status;
  status.scope = scope;
  status.reason = reason;
  return status;
}

TEST(LedgerAtThePlug, PartsAreListedAndNotAdded) {
  Sensors sensors;
  add(sensors, kPackage, 60);
  add(sensors, kWall, 100, 3);
  const auto energies = measure(sensors, {unreadable("dram-0", "eacces")});
  ASSERT_EQ(energies.size(), 4U);
  EXPECT_EQ(energies[0].joules, 60);
  EXPECT_EQ(energies.back().joules, 100);
  EXPECT_EQ(energies.back().uncertainty_j, 3);
  EXPECT_EQ(energies.back().detail, "covers wall");
}

TEST(LedgerAtThePlug, AGapOfTheMeterIsOneOfTheTotal) {
  Sensors sensors;
  add(sensors, kPackage, 60);
  add(sensors, kWall, std::nullopt);
  const Energy total = measure(sensors).back();
  EXPECT_EQ(total.joules, std::nullopt);
  EXPECT_EQ(total.reason, "gap");
}

TEST(LedgerAtThePlug, AGapOfAPartIsNone) {
  Sensors sensors;
  add(sensors, kPackage, std::nullopt);
  add(sensors, kWall, 100);
  EXPECT_EQ(measure(sensors).back().joules, 100);
}

TEST(LedgerAtThePlug, AMeterThatWasNamedAndIsNotReadTakesTheTotalWithIt) {
  Sensors sensors;
  SensorStatus row = unreadable("wall", "unauthorised");
  row.detail = "it asks for a password";
  row.remedy = "set one";
  EXPECT_EQ(measure(sensors, {row}).back().reason, "unauthorised");
  add(sensors, kPackage, 60);
  const auto energies = measure(sensors, {row});
  EXPECT_EQ(energies[0].joules, 60);
  EXPECT_EQ(energies.back().joules, std::nullopt);
  EXPECT_EQ(energies.back().reason, "unauthorised");
  EXPECT_THAT(energies.back().detail, HasSubstr("set one"));
}

TEST(LedgerAtThePlug, PartsThatShowMoreThanTheMeterAreTold) {
  Sensors sensors;
  add(sensors, kPackage, 90, 4);
  add(sensors, kDram, 20, 3);
  add(sensors, kWall, 100);
  EXPECT_THAT(measure(sensors).back().detail, Not(HasSubstr("parts show more")));
  add(sensors, {"gpu-0", Domain::kGpu, "0"}, 30);
  EXPECT_THAT(measure(sensors).back().detail,
              HasSubstr("parts show more than the wall meter: 140"));
}

// RAPL is off by 5 % as a rule: so much more is no contradiction.
TEST(LedgerAtThePlug, PartsMayShowMoreByWhatTheirCalibrationLeavesOpen) {
  for (const double relative_u : {0.0, 0.05}) {
    Sensors sensors;
    add(sensors, kPackage, 105);
    sensors.back() = calibrated(std::move(sensors.back()), {{"given", 1, relative_u}});
    add(sensors, kWall, 100);
    EXPECT_EQ(measure(sensors).back().detail.find("parts show more") != std::string::npos,
              relative_u == 0.0);
  }
}

TEST(LedgerAtThePlug, TheOrderOfSensorsChangesNoTotal) {
  Random random(7);
  for (int round = 0; round < 200; ++round) {
    Sensors sensors;
    double at_plug = 0;
    double parts = 0;
    const auto meters = random.below(3);
    for (std::uint64_t i = 0; i < 5; ++i) {
      const double joules = 1 + random.uniform() * 100;
      const std::string number = std::to_string(i);
      const bool meter = i < meters;
      add(sensors,
          meter ? ScopeInfo{"wall-" + number, Domain::kWall, number}
                : ScopeInfo{"package-" + number, Domain::kPackage, number},
          joules, random.uniform());
      (meter ? at_plug : parts) += joules;
    }
    const double expected = meters > 0 ? at_plug : parts;
    const double u = *measure(sensors).back().uncertainty_j;
    for (int i = 0; i < 5; ++i) {
      std::swap(sensors[random.below(sensors.size())], sensors[random.below(sensors.size())]);
      const Energy total = measure(sensors).back();
      EXPECT_NEAR(*total.joules, expected, 1e-9);
      EXPECT_NEAR(*total.uncertainty_j, u, 1e-9);
    }
  }
}

/// Notes when it is read; each read takes a millisecond, of a slow one ten.
class NotingSensor final : public Sensor {
 public:
  NotingSensor(std::string name, double interval_s, std::vector<std::string>& read,
               Nanoseconds& now)
      : name_(std::move(name)), interval_s_(interval_s), read_(read), now_(now) {}
  [[nodiscard]] std::string name() const override { return name_; }
  [[nodiscard]] double update_period_s() const override { return 0; }
  [[nodiscard]] double resolution_j() const override { return 0; }
  [[nodiscard]] double max_read_interval_s() const override { return 0; }
  [[nodiscard]] double sample_interval_s() const override { return interval_s_; }
  void read_into(std::vector<CounterReading>& readings) override {
    read_.push_back(name_);
    readings = {{.scope = name_, .t_before_ns = now_, .t_after_ns = now_ + cost()}};
    now_ += cost();
  }
  [[nodiscard]] std::vector<Energy> energies(const std::vector<CounterReading>&,
                                             const std::vector<CounterReading>&) const override {
    return {};
  }

 private:
  [[nodiscard]] Nanoseconds cost() const { return interval_s_ > 0 ? 10 : 1; }
  std::string name_;
  double interval_s_;
  std::vector<std::string>& read_;
  Nanoseconds& now_;
};

TEST(LedgerEdges, BoardsAreReadNextToTheWindowAndItIsThatOfTheFastSensors) {
  std::vector<std::string> read;
  Nanoseconds now = 100;
  Sensors sensors;
  for (const auto& [name, interval_s] : {std::pair("rapl", 0.0), {"board", 10.0}, {"meter", 0.5}})
    sensors.push_back(std::make_unique<NotingSensor>(name, interval_s, read, now));
  const Readings begin = read_fresh(sensors);
  EXPECT_THAT(read, testing::ElementsAre("meter", "board", "rapl"));
  EXPECT_EQ(begin[1].front().edge_ns, 120);
  EXPECT_EQ(begin[2].front().edge_ns, 120);
  read.clear();
  const Readings end = read_all(sensors);
  EXPECT_THAT(read, testing::ElementsAre("rapl", "board", "meter"));
  EXPECT_EQ(end[1].front().edge_ns, 122);
  EXPECT_EQ(end[2].front().edge_ns, 122);
}

}  // namespace
}  // namespace joulemark::sensors
