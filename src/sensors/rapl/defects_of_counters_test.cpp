// SPDX-License-Identifier: Apache-2.0
// What other tools got wrong about energy counters of files: wraps, resets, zones, first readings.
// docs/sensors.md lists them with the tools and the tests.
#include <gmock/gmock.h>

#include <fstream>

#include "host/kernel_file.h"
#include "sensors/rapl/powercap_fixture_test.h"
#include "sensors/tree_machine_test.h"

namespace joulemark::sensors {
namespace {

using testing::Contains;
using testing::HasSubstr;

constexpr double kIntelUnitJ = 1.0 / 16384;

std::uint64_t steps_of(double joules) {
  return static_cast<std::uint64_t>(joules / kIntelUnitJ);
}

double shown_j(Machine& machine, std::size_t zone) {
  return *host::read_number<double>(machine.tree().zone_path(zone) / "energy_uj") * 1e-6;
}

// EnergiBridge#17: −250 769 J, the end of a window less its begin across a wrap.
TEST(CounterDefects, AWrapIsNotMinus250769Joules) {
  constexpr double kFallJ = 250'769;
  constexpr double kRangeJ = 262'144;
  Machine machine({{.directory = "intel-rapl:0",
                    .name = "package-0",
                    .watts = constant(300),
                    .first_raw = steps_of(kRangeJ - 400)}});
  machine.find();
  const double begin_j = shown_j(machine, 0);
  const auto energies = machine.window((kRangeJ - kFallJ) / 300);
  EXPECT_NEAR(shown_j(machine, 0) - begin_j, -kFallJ, 2);
  EXPECT_NEAR(*energies.back().joules, kRangeJ - kFallJ, 0.1);
}

// scaphandre: the power of a sample across a wrap was 0 W.
TEST(CounterDefects, TheTimeLineAcrossAWrapIsNot0Watts) {
  Machine machine({{.directory = "intel-rapl:0",
                    .name = "package-0",
                    .watts = constant(100),
                    .first_raw = steps_of(262'144 - 50)}});
  machine.find();
  Sensor& sensor = *machine.found().sensors.front();
  auto last = sensor.read();
  bool has_wrapped = false;
  for (int tick = 0; tick < 10; ++tick) {
    const double before_j = shown_j(machine, 0);
    machine.clock().advance_s(0.1);
    has_wrapped |= shown_j(machine, 0) < before_j;
    const auto now = sensor.read();
    const auto watts = sensor.watts_between(last[0], now[0]);
    ASSERT_TRUE(watts);
    EXPECT_NEAR(*watts, 100, 0.01);
    last = now;
  }
  EXPECT_TRUE(has_wrapped);
}

// powerjoular#87: 260 kW for a second, and codecarbon's 2.5 MW: a counter that was set back was
// taken for one that had gone round.
TEST(CounterDefects, AResetIsNot260Kilowatts) {
  Machine machine({{.directory = "intel-rapl:0",
                    .name = "package-0",
                    .watts = constant(50),
                    .first_raw = steps_of(1000)}});
  machine.find();
  Sensor& sensor = *machine.found().sensors.front();
  const auto begin = sensor.read();
  machine.tree().reset_counter(0);
  machine.clock().advance_s(1);
  const auto end = sensor.read();
  EXPECT_FALSE(sensor.watts_between(begin[0], end[0]));
  const auto energies = machine.between({begin}, {end});
  EXPECT_FALSE(energies.back().joules);
  EXPECT_EQ(energies.back().reason, "reset");
}

// Kepler: the first reading added all that the counter had gathered since the boot.
TEST(CounterDefects, WhatWasCountedBeforeTheFirstReadingIsNoEnergy) {
  Machine machine({{.directory = "intel-rapl:0",
                    .name = "package-0",
                    .watts = constant(100),
                    .first_raw = steps_of(200'000)}});
  machine.find();
  EXPECT_NEAR(*machine.window(1.0).back().joules, 100, 1e-3);
}

// codecarbon: a read that failed was 0, and the next one added the entire counter.
TEST(CounterDefects, AFailedReadNeitherIs0NorAddsTheCounterToTheNextOne) {
  Machine machine({{.directory = "intel-rapl:0",
                    .name = "package-0",
                    .watts = constant(100),
                    .first_raw = steps_of(200'000)}});
  machine.find();
  const Readings begin = machine.read();
  machine.clock().advance_s(1);
  machine.tree().write_text(0, "energy_uj", "\n");
  const Readings failed = machine.read();
  EXPECT_TRUE(failed[0].empty());
  machine.clock().advance_s(1);
  const Readings end = machine.read();
  EXPECT_NEAR(*machine.between(begin, end).back().joules, 200, 1e-3);
  EXPECT_EQ(machine.between(failed, end).back().reason, "gap");
}

// energymon: 0 stood for an error.
TEST(CounterDefects, ACounterThatShows0CanBeRead) {
  Machine machine({{.directory = "intel-rapl:0", .name = "package-0", .watts = constant(100)}});
  machine.find();
  machine.tree().reset_counter(0);
  machine.clock().advance_s(0);
  ASSERT_EQ(shown_j(machine, 0), 0);
  EXPECT_NEAR(*machine.window(1.0).back().joules, 100, 1e-3);
}

// energymon: zones were counted up from 0, in hexadecimal, to the first that was missing.
TEST(CounterDefects, HolesInTheNumbersOfZonesHideNone) {
  Machine machine({{.directory = "intel-rapl:1", .name = "package-0", .watts = constant(40)},
                   {.directory = "intel-rapl:1:2", .name = "dram", .watts = constant(4)},
                   {.directory = "intel-rapl:10", .name = "package-1", .watts = constant(60)},
                   {.directory = "intel-rapl:10:11", .name = "dram", .watts = constant(6)}});
  machine.find();
  const auto energies = machine.window(1.0);
  EXPECT_NEAR(*scope(energies, "dram-0")->joules, 4, 1e-3);
  EXPECT_NEAR(*scope(energies, "dram-1")->joules, 6, 1e-3);
  EXPECT_NEAR(*energies.back().joules, 110, 2e-3);
}

// pyJoules fails on a machine whose packages are named after their dies; codecarbon drops all but
// one of the zones of one name.
TEST(CounterDefects, EveryDieHasItsOwnMemory) {
  Machine machine({{.directory = "intel-rapl:0", .name = "package-0-die-0", .watts = constant(40)},
                   {.directory = "intel-rapl:0:0", .name = "dram", .watts = constant(4)},
                   {.directory = "intel-rapl:1",
                    .name = "package-0-die-1",
                    .watts = constant(60),
                    .first_raw = steps_of(5000)},
                   {.directory = "intel-rapl:1:0",
                    .name = "dram",
                    .watts = constant(6),
                    .first_raw = steps_of(5000)}});
  machine.find();
  EXPECT_NEAR(*machine.window(1.0).back().joules, 110, 2e-3);
}

// Green Metrics Tool: the steps of psys were taken for those of the package, 16 384 times too
// small on Sapphire Rapids, where they are 1 J.
TEST(CounterDefects, StepsOfWholeJoulesAreWholeJoules) {
  Machine machine({{.directory = "intel-rapl:0",
                    .name = "psys",
                    .watts = constant(300),
                    .unit_j = 1,
                    .first_raw = 12345}});
  machine.find();
  EXPECT_NEAR(machine.found().sensors.front()->resolution_j(), 1, 1e-6);
  const Energy total = machine.window(20).back();
  EXPECT_NEAR(*total.joules, 6000, 2);
  EXPECT_GT(*total.uncertainty_j, 0.1);
}

// kepler#373: in a virtual machine the unit reads 0, and the counter too: 0 W.
TEST(CounterDefects, AVirtualMachineOfZerosHasNoEnergy) {
  Machine machine({{.directory = "intel-rapl:0", .name = "package-0", .watts = constant(0)}});
  machine.tree().write_text(0, "max_energy_range_uj", "0\n");
  machine.find();
  const Energy total = machine.window(2.0).back();
  EXPECT_FALSE(total.joules);
  EXPECT_EQ(total.energy_class, EnergyClass::kAbsent);
}

// codecarbon's `rapl_include_dram` changes nothing, and AMD has no counter of memory: packages with
// and without memory were compared.
TEST(CounterDefects, MemoryThatIsNotMeasuredIsNamed) {
  Machine machine({{.directory = "intel-rapl:0", .name = "package-0", .watts = constant(90)}});
  machine.find();
  EXPECT_THAT(machine.window(1.0).back().detail, HasSubstr("not covered: memory (no counter)"));
}

// EnergiBridge, Zeus and srt-slurm take their times from the wall clock, which is set while they
// measure.
TEST(CounterDefects, ReadingsHaveTheMonotonicTime) {
  TreeMachine machine;
  machine.put("sys/class/powercap/intel-rapl:0/name", "core");
  machine.put("sys/class/powercap/intel-rapl:0/energy_uj", "1000000");
  const Discovered found = discover({.root = machine.root()});
  ASSERT_EQ(found.sensors.size(), 1U);
  const Nanoseconds before = monotonic_now();
  const auto readings = found.sensors.front()->read();
  ASSERT_EQ(readings.size(), 1U);
  EXPECT_GE(readings[0].t_before_ns, before);
  EXPECT_LE(readings[0].t_after_ns, monotonic_now());
}

// Alumet's minimal mode adds energy only while the power rises.
TEST(GaugeDefects, AFallingPowerIsEnergyToo) {
  TreeMachine machine;
  const std::string chip = "sys/class/hwmon/hwmon0/";
  machine.put(chip + "name", "power_meter");
  machine.put(chip + "power1_oem_info", "Grace Power Socket 0");
  machine.put(chip + "power1_average", "300000000");
  machine.find();
  const Readings begin = machine.read();
  for (int tick = 1; tick <= 20; ++tick) {
    machine.clock().advance_s(0.1);
    machine.put(chip + "power1_average", std::to_string(300'000'000 - tick * 10'000'000));
    if (tick < 20) machine.read();
  }
  // From 300 W to 100 W in 2 s; the readings are taken for means of 0.05 s, up to 0.1 s old.
  EXPECT_NEAR(*machine.between(begin, machine.read()).back().joules, 400, 20);
}

// Zeus drops what lies between the edges and the samples next to them; pinpoint takes the last
// sample for a whole interval; EnergiBridge misses the last one.
TEST(GaugeDefects, TimeBetweenTheEdgesAndTheSamplesCounts) {
  TreeMachine machine;
  const std::string chip = "sys/class/hwmon/hwmon0/";
  machine.put(chip + "name", "power_meter");
  machine.put(chip + "power1_oem_info", "Grace Power Socket 0");
  machine.put(chip + "power1_average", "200000000");
  machine.find();
  const Readings begin = machine.read();
  for (const double apart_s : {0.07, 0.1, 0.1, 0.1}) {
    machine.clock().advance_s(apart_s);
    machine.read();
  }
  machine.clock().advance_s(0.033);
  EXPECT_NEAR(*machine.between(begin, machine.read()).back().joules, 200 * 0.403, 1e-6);
}

// Kepler, on chips of many kinds: a channel whose label nobody knows was added all the same.
TEST(GaugeDefects, AMeterOfNobodyKnowsWhatIsListedAndNotAdded) {
  TreeMachine machine;
  const std::string chip = "sys/class/hwmon/hwmon0/";
  machine.put(chip + "name", "corsairpsu");
  machine.put(chip + "power1_input", "500000000");
  machine.find();
  EXPECT_THAT(machine.rows(), Contains(HasSubstr("unknown")));
  EXPECT_TRUE(machine.found().sensors.empty());
}

}  // namespace
}  // namespace joulemark::sensors
