// SPDX-License-Identifier: Apache-2.0
#include "sensors/kernel/hwmon.h"

#include <gmock/gmock.h>

#include <cmath>
#include <utility>

#include "sensors/kernel/cray.h"
#include "sensors/tree_machine_test.h"

namespace joulemark::sensors {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;

const std::string kHwmon = "sys/class/hwmon/hwmon";

void put_rail(const TreeMachine& machine, int number, const std::string& label) {
  const std::string channel = std::to_string(number);
  machine.put(kHwmon + "3/in" + channel + "_label", label);
  machine.put(kHwmon + "3/in" + channel + "_input", "5000");
  machine.put(kHwmon + "3/curr" + channel + "_input", "2000");
}

/// A chip that measures a Grace socket.
void put_socket(const TreeMachine& machine, const std::string& microwatts) {
  machine.put(kHwmon + "0/name", "power_meter");
  machine.put(kHwmon + "0/power1_average", microwatts);
  machine.put(kHwmon + "0/power1_oem_info", "Grace Power Socket 0");
}

TEST(Hwmon, GraceSocketsArePowerThatIsIntegrated) {
  TreeMachine machine;
  for (int i = 0; i < 2; ++i) {
    const std::string chip = kHwmon + std::to_string(i);
    machine.put(chip + "/name", "power_meter");
    machine.put(chip + "/power1_average", "100000003");
    machine.put(chip + "/power1_average_interval", "50");
    machine.put(chip + "/device/power1_oem_info",
                i == 0 ? "Grace Power Socket 0" : "CPU Power Socket 0");
  }
  machine.find();
  EXPECT_THAT(machine.rows(), ElementsAre("hwmon package-0 ok", "hwmon core-0 contained"));
  const Readings begin = machine.read();
  for (int i = 0; i < 20; ++i) {
    machine.clock().advance_s(0.1);
    if (i < 19) machine.read();
  }
  const auto energies = machine.between(begin, machine.read());
  EXPECT_NEAR(*energies.back().joules, 200.000006, 1e-9);
  EXPECT_EQ(energies.back().energy_class, EnergyClass::kDerived);
  // Nothing changed, so nothing was missed; the readings have steps of a microwatt.
  EXPECT_NEAR(*energies.back().uncertainty_j, 2.1e-6 / std::sqrt(6.0), 1e-9);
}

TEST(Hwmon, WhatNobodySawIsInTheUncertainty) {
  TreeMachine machine;
  put_socket(machine, "100000000");
  machine.find();
  const Readings begin = machine.read();
  for (int i = 1; i <= 10; ++i) {
    machine.put(kHwmon + "0/power1_average", i % 2 == 0 ? "100000000" : "300000000");
    machine.clock().advance_s(0.1);
    if (i < 10) machine.read();
  }
  const auto energies = machine.between(begin, machine.read());
  EXPECT_NEAR(*energies.back().joules, 200, 1e-9);
  // Ten steps up and down of 200 W, 0.1 s apart, of means over half of that.
  EXPECT_GT(*energies.back().uncertainty_j, std::sqrt(10.0 / 8) * 200 * 0.1);
  EXPECT_LT(*energies.back().uncertainty_j, std::sqrt(10.0) * 200 * 0.1);
}

TEST(Hwmon, ALongSilenceIsAGapAndNoEnergy) {
  TreeMachine machine;
  machine.put(kHwmon + "0/name", "power_meter");
  machine.put(kHwmon + "0/power1_average", "100000000");
  machine.put(kHwmon + "0/power1_oem_info", "Module Power Socket 0");
  machine.find();
  const Readings begin = machine.read();
  machine.clock().advance_s(5);
  const auto energies = machine.between(begin, machine.read());
  EXPECT_FALSE(energies.back().joules);
  EXPECT_EQ(energies.back().reason, "gap");
}

TEST(Hwmon, AJetsonsInputIsCountedAndItsRailsAreNot) {
  TreeMachine machine;
  machine.put(kHwmon + "3/name", "ina3221");
  put_rail(machine, 1, "VDD_IN");
  put_rail(machine, 2, "VDD_CPU_GPU_CV");
  put_rail(machine, 3, "VDD_SOC");
  machine.find();
  EXPECT_THAT(machine.rows(), Contains("hwmon module ok"));
  const Readings begin = machine.read();
  machine.clock().advance_s(0.1);
  EXPECT_NEAR(*machine.between(begin, machine.read()).back().joules, 1.0, 1e-9);
}

TEST(Hwmon, AJetsonOfAnOlderKernelHasItsRailsElsewhere) {
  TreeMachine machine;
  const std::string device = "sys/bus/i2c/drivers/ina3221x/7-0040/iio:device0/";
  machine.put(device + "rail_name_0", "VDD_IN");
  machine.put(device + "in_power0_input", "10000");
  machine.put(device + "rail_name_1", "VDD_CPU_CV");
  machine.put(device + "in_power1_input", "4000");
  machine.put(device + "rail_name_2", "VDD_FAN");
  machine.put(device + "in_power2_input", "100");
  machine.find();
  EXPECT_THAT(machine.rows(), Contains("hwmon module ok"));
  EXPECT_THAT(machine.rows(), Contains("hwmon VDD_CPU_CV contained"));
  const Readings begin = machine.read();
  machine.clock().advance_s(0.1);
  EXPECT_NEAR(*machine.between(begin, machine.read()).back().joules, 1.0, 1e-9);
}

TEST(Hwmon, AConverterThatIsKnownHasItsOwnStepsHoweverRoundItsNumbersAre) {
  TreeMachine machine;
  machine.put(kHwmon + "3/name", "ina3221");
  put_rail(machine, 1, "VDD_IN");
  machine.find();
  const Readings begin = machine.read();
  machine.clock().advance_s(0.1);
  // 8 mV of 2 A and 8 mA of 5 V.
  EXPECT_NEAR(*machine.between(begin, machine.read()).back().uncertainty_j,
              std::hypot(0.016, 0.040) * 0.1 / std::sqrt(6.0), 1e-6);
}

TEST(Hwmon, WithoutAnInputTheKnownRailsAreAddedUp) {
  TreeMachine machine;
  machine.put(kHwmon + "3/name", "ina3221");
  put_rail(machine, 1, "VDD_GPU_SOC");
  put_rail(machine, 2, "VDD_CPU_CV");
  put_rail(machine, 3, "VIN_SYS_5V0");
  put_rail(machine, 7, "Sum of shunt voltages");
  machine.find();
  EXPECT_THAT(machine.rows(),
              ElementsAre("hwmon VDD_GPU_SOC ok", "hwmon VDD_CPU_CV ok", "hwmon VIN_SYS_5V0 ok"));
  const Readings begin = machine.read();
  machine.clock().advance_s(0.1);
  EXPECT_NEAR(*machine.between(begin, machine.read()).back().joules, 3.0, 1e-9);
}

TEST(Hwmon, AmdSocketsCountAndTheirCoresDoNot) {
  TreeMachine machine;
  machine.put(kHwmon + "0/name", "amd_energy");
  machine.put(kHwmon + "0/energy1_label", "Ecore000");
  machine.put(kHwmon + "0/energy1_input", "1000");
  machine.put(kHwmon + "0/energy2_label", "Esocket0");
  machine.clock().on_move = [&](Nanoseconds now) {
    machine.put(kHwmon + "0/energy2_input", std::to_string(50 * now / 1000));
  };
  machine.clock().advance_s(1);
  machine.find();
  EXPECT_THAT(machine.rows(), ElementsAre("hwmon package-0 ok"));
}

TEST(Hwmon, ASocketThatDoesNotCountIsFrozen) {
  TreeMachine machine;
  machine.put(kHwmon + "0/name", "amd_energy");
  machine.put(kHwmon + "0/energy1_label", "Esocket0");
  machine.put(kHwmon + "0/energy1_input", "5000");
  machine.find();
  EXPECT_THAT(machine.rows(), ElementsAre("hwmon package-0 frozen"));
}

// A card sleeps while nobody works on it.
TEST(Hwmon, ACardThatStandsStillMayRestAndMakesNoTotalTooSmall) {
  TreeMachine machine;
  machine.put(kHwmon + "0/name", "i915");
  machine.put(kHwmon + "0/energy1_input", "5000");
  machine.find();
  EXPECT_THAT(machine.rows(), ElementsAre("hwmon i915-gpu-0 ok"));
  const Readings begin = machine.read();
  machine.clock().advance_s(2);
  EXPECT_FALSE(machine.between(begin, machine.read()).back().joules);
}

TEST(Hwmon, ChipsThatNobodyKnowsAreListedAndNeverAdded) {
  TreeMachine machine;
  machine.put(kHwmon + "0/name", "corsairpsu");
  machine.put(kHwmon + "0/power1_input", "98000000");
  machine.put(kHwmon + "0/power1_label", "power total");
  machine.find();
  EXPECT_THAT(machine.rows(), ElementsAre("hwmon corsairpsu0 power total unknown"));
  EXPECT_TRUE(machine.found().sensors.empty());
}

TEST(Hwmon, GarbageIsUnreadableAndNoZero) {
  for (const char* text : {"", "x", "99999999999999999999", "-", "1e9"}) {
    TreeMachine machine;
    put_socket(machine, text);
    machine.find();
    EXPECT_THAT(machine.rows(), ElementsAre("hwmon package-0 unreadable")) << text;
  }
}

TEST(Hwmon, APowerThatNoSocketHasIsNotIntegrated) {
  TreeMachine machine;
  put_socket(machine, "100000000");
  machine.find();
  const Readings begin = machine.read();
  machine.clock().advance_s(0.1);
  machine.put(kHwmon + "0/power1_average", "3690000000000");  // compute-runtime#938: 3.69 TW
  EXPECT_FALSE(machine.between(begin, machine.read()).back().joules);
}

TEST(Cray, PartsAreCountedAndTheNodeIsNot) {
  TreeMachine machine;
  const std::string counters = "sys/cray/pm_counters/";
  machine.put(counters + "energy", "5000 J 123 us");
  machine.put(counters + "cpu_energy", "200 J 123 us");
  machine.put(counters + "memory_energy", "30 J 123 us");
  machine.put(counters + "accel0_energy", "240 J 123 us");
  double shown = 0;
  machine.clock().on_move = [&](Nanoseconds now) {
    const double ticks = std::floor(to_seconds(now) * 10);
    if (std::exchange(shown, ticks) == ticks) return;
    const auto show = [&](const std::string& file, double watts) {
      const auto joules = static_cast<long long>(watts * ticks / 10);
      machine.put(counters + file, std::to_string(joules) + " J 124 us");
    };
    show("cpu_energy", 200);
    show("memory_energy", 30);
    show("accel0_energy", 240);
  };
  machine.find();
  EXPECT_THAT(machine.rows(),
              testing::UnorderedElementsAre("cray cpu ok", "cray memory ok", "cray gpu-0 ok",
                                            "cray node container"));
  const Readings begin = machine.read();
  machine.clock().advance_s(10);
  const Energy total = machine.between(begin, machine.read()).back();
  EXPECT_NEAR(*total.joules, 4700, 3);
  EXPECT_THAT(total.detail, HasSubstr("not covered: disks, fans and the power supply"));
}

TEST(Cray, SocketsThatAnotherSensorReadsAreNotReadAgain) {
  TreeMachine machine;
  const std::string counters = "sys/cray/pm_counters/";
  machine.put(counters + "cpu_energy", "2000 J 123 us");
  machine.put(counters + "accel0_energy", "1000 J 123 us");
  const std::vector<ScopeInfo> claimed = {{"package-0", Domain::kPackage, "0"},
                                          {"gpu-0", Domain::kGpu, "0"}};
  const Discovered found = find_cray({.root = machine.root(), .clock = &machine.clock()}, claimed);
  EXPECT_TRUE(found.sensors.empty());
  for (const SensorStatus& status : found.statuses) EXPECT_EQ(status.reason, "duplicate");
}

TEST(Cray, TextsOfCounters) {
  EXPECT_EQ(parse_pm_counter("45721 J 1234567890 us\n"), 45721U);
  for (const char* text : {"", "J", "-5 J 1 us", "1e9 J", "45721", "99999999999999999999 J 1 us"})
    EXPECT_FALSE(parse_pm_counter(text)) << text;
}

TEST(Battery, OnlyADischargingOneTellsWhatTheLaptopDraws) {
  TreeMachine machine;
  const std::string battery = "sys/class/power_supply/BAT0/";
  machine.put(battery + "power_now", "12000000");
  machine.put(battery + "status", "Charging");
  machine.find();
  EXPECT_THAT(machine.rows(), ElementsAre("battery BAT0 charging"));
  EXPECT_TRUE(machine.found().sensors.empty());
  machine.put(battery + "status", "Discharging");
  machine.find();
  EXPECT_THAT(machine.rows(), ElementsAre("battery BAT0 ok"));
  const Readings begin = machine.read();
  machine.clock().advance_s(1);
  const Energy total = machine.between(begin, machine.read()).back();
  EXPECT_NEAR(*total.joules, 12, 1e-9);
  EXPECT_THAT(total.detail, HasSubstr("covers BAT0; not covered: the power supply"));
}

}  // namespace
}  // namespace joulemark::sensors
