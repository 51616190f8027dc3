// SPDX-License-Identifier: Apache-2.0
// Tests of machines whose files are not what they should be.
#include <gmock/gmock.h>
#include <sys/stat.h>

#include "sensors/tree_machine_test.h"

namespace joulemark::sensors {
namespace {

namespace fs = std::filesystem;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::UnorderedElementsAre;

const std::string kZone = "sys/class/powercap/intel-rapl:";
const std::string kPmu = "sys/bus/event_source/devices/power/";
const std::string kChip = "sys/class/hwmon/hwmon";
const std::string kSupply = "sys/class/power_supply/";

void put_zone(TreeMachine& machine, const std::string& place, const std::string& name) {
  machine.put(kZone + place + "/name", name);
  machine.count(kZone + place + "/energy_uj");
  machine.put(kZone + place + "/max_energy_range_uj", "262143328850");
}

void put_pipe(const TreeMachine& machine, const std::string& path) {
  fs::create_directories((machine.root() / path).parent_path());
  fs::remove(machine.root() / path);
  ASSERT_EQ(mkfifo((machine.root() / path).c_str(), 0600), 0);
}

TEST(HostileTree, APipeInPlaceOfAFileMakesNobodyWait) {
  TreeMachine machine;
  put_zone(machine, "0", "package-0");
  put_zone(machine, "1", "package-1");
  put_pipe(machine, kZone + "1/name");
  machine.clock().on_move = {};
  put_pipe(machine, kZone + "0/energy_uj");
  machine.put(kPmu + "type", "11");
  put_pipe(machine, kPmu + "cpumask");
  machine.put(kChip + "0/name", "power_meter");
  machine.put(kChip + "0/power1_oem_info", "Grace Power Socket 7");
  put_pipe(machine, kChip + "0/power1_average");
  machine.put(kSupply + "BAT0/power_now", "9000000");
  put_pipe(machine, kSupply + "BAT0/status");
  put_pipe(machine, "proc/cpuinfo");
  machine.find();
  EXPECT_THAT(machine.rows(),
              UnorderedElementsAre("powercap package-0 unreadable", "powercap intel-rapl:1 unknown",
                                   "hwmon package-7 unreadable", "battery BAT0 charging"));
}

TEST(HostileTree, ARangeThatNoRegisterHasIsNotKnown) {
  for (const char* range : {"1", "1000000", "0", "9999999999999999999", "-1", "x"}) {
    TreeMachine machine;
    put_zone(machine, "0", "package-0");
    machine.put(kZone + "0/max_energy_range_uj", range);
    machine.find();
    ASSERT_EQ(machine.found().sensors.size(), 1U) << range;
    const Sensor& sensor = *machine.found().sensors.front();
    EXPECT_GT(sensor.max_read_interval_s(), 1) << range;
    EXPECT_NEAR(sensor.resolution_j(), 1.0 / 16384, 1e-9) << range;
    EXPECT_THAT(machine.found().statuses[1].detail, HasSubstr("its range is unknown")) << range;
  }
}

TEST(HostileTree, ANameLongerThanTheKernelsIsNone) {
  TreeMachine machine;
  put_zone(machine, "0", "package-" + std::string(60'000, '9'));
  machine.find();
  EXPECT_THAT(machine.rows(), ElementsAre("powercap intel-rapl:0 unknown"));
}

TEST(HostileTree, ThePlatformsOfLaterSocketsContainTheirPackagesToo) {
  TreeMachine machine;
  put_zone(machine, "0", "package-0");
  put_zone(machine, "1", "package-1");
  put_zone(machine, "2", "psys");
  put_zone(machine, "3", "psys-1");
  machine.find();
  EXPECT_THAT(machine.rows(),
              UnorderedElementsAre("powercap package-0 ok", "powercap package-1 ok",
                                   "powercap psys container", "powercap psys-1 container"));
}

TEST(HostileTree, TwoPlatformsOfOneNameAreNotAddedToTheirPackages) {
  TreeMachine machine;
  put_zone(machine, "0", "package-0");
  put_zone(machine, "1", "psys");
  put_zone(machine, "2", "psys");
  machine.find();
  EXPECT_THAT(machine.rows(),
              UnorderedElementsAre("powercap package-0 ok", "powercap psys container",
                                   "powercap psys (intel-rapl:2) container"));
}

TEST(HostileTree, AMaskOfAllProcessorsNamesNoCounters) {
  TreeMachine machine;
  machine.put(kPmu + "type", "11");
  machine.put(kPmu + "cpumask", "0-65535");
  machine.put(kPmu + "events/energy-pkg", "event=0x02");
  machine.put(kPmu + "events/energy-pkg.scale", "2.3e-10");
  machine.find();
  EXPECT_EQ(machine.found().statuses.front().reason, "unreadable");
  EXPECT_THAT(machine.found().statuses.front().detail, HasSubstr("names 65536 processors"));
}

TEST(HostileTree, ASocketOfANegativeNumberIsNotKnown) {
  TreeMachine machine;
  machine.put(kPmu + "type", "11");
  machine.put(kPmu + "cpumask", "0");
  machine.put(kPmu + "events/energy-pkg", "event=0x02");
  machine.put(kPmu + "events/energy-pkg.scale", "2.3e-10");
  const auto show = [&](Nanoseconds now) {
    const auto raw = static_cast<std::uint64_t>(now) * 4;  // about 1 W
    machine.put("sim/perf/energy-pkg-cpu0", {reinterpret_cast<const char*>(&raw), sizeof raw});
  };
  show(machine.clock().now());
  machine.clock().on_move = show;
  machine.put("sys/devices/system/cpu/cpu0/topology/physical_package_id", "-1");
  machine.find();
  EXPECT_THAT(machine.rows(), ElementsAre("perf package-0 ok"));
}

TEST(HostileTree, OfChipsThatMeasureTheSameTheFirstCounts) {
  TreeMachine machine;
  for (const char* chip : {"0", "1"}) {
    machine.put(kChip + chip + "/name", "power_meter");
    machine.put(kChip + chip + "/power1_average", "50000000");
    machine.put(kChip + chip + "/power1_oem_info", "Grace Power Socket 0");
  }
  machine.find();
  EXPECT_THAT(machine.rows(), ElementsAre("hwmon package-0 ok", "hwmon package-0 duplicate"));
}

TEST(HostileTree, AnIntervalThatCannotBeIsTheUsualOne) {
  for (const char* interval : {"99999999999", "inf", "nan", "-50", "0", ""}) {
    TreeMachine machine;
    machine.put(kChip + "0/name", "power_meter");
    machine.put(kChip + "0/power1_average", "50000000");
    machine.put(kChip + "0/power1_average_interval", interval);
    machine.put(kChip + "0/power1_oem_info", "Grace Power Socket 0");
    machine.find();
    ASSERT_EQ(machine.found().sensors.size(), 1U) << interval;
    EXPECT_NEAR(machine.found().sensors.front()->update_period_s(), 0.1, 1e-9) << interval;
  }
}

TEST(HostileTree, AmdSocketsBehindHolesAndHundredsOfCoresAreFound) {
  TreeMachine machine;
  machine.put(kChip + "0/name", "amd_energy");
  machine.put(kChip + "0/energy385_label", "Esocket0");
  machine.count(kChip + "0/energy385_input");
  machine.put(kChip + "0/energy7_label", "Ecore006");
  machine.put(kChip + "0/energy7_input", "50");
  machine.put(kChip + "0/energy386_label", "Esocket");
  machine.put(kChip + "0/energy386_input", "5000");
  machine.find();
  EXPECT_THAT(machine.rows(), ElementsAre("hwmon package-0 ok"));
}

void put_battery(const TreeMachine& machine, const std::string& name) {
  machine.put(kSupply + name + "/type", "Battery");
  machine.put(kSupply + name + "/status", "Discharging");
  machine.put(kSupply + name + "/power_now", "9000000");
}

TEST(HostileTree, BatteriesOfOtherDevicesFeedNoLaptop) {
  TreeMachine machine;
  put_battery(machine, "BAT0");
  machine.put(kSupply + "BAT0/scope", "Device");  // a mouse
  put_battery(machine, "BAT1");
  machine.put(kSupply + "BAT1/type", "UPS");
  put_battery(machine, "BAT2");
  machine.put(kSupply + "BAT2/present", "0");
  put_battery(machine, "hidpp_battery_0");
  machine.put(kSupply + "hidpp_battery_0/scope", "Device");
  put_battery(machine, "macsmc-battery");
  machine.put(kSupply + "macsmc-battery/scope", "System");
  machine.put(kSupply + "AC/type", "Mains");
  machine.find();
  EXPECT_THAT(machine.rows(), ElementsAre("battery macsmc-battery ok"));
}

TEST(HostileTree, ABatteryThatShows0WattsTellsNothing) {
  TreeMachine machine;
  put_battery(machine, "BAT0");
  machine.find();
  const Readings begin = machine.read();
  machine.put(kSupply + "BAT0/power_now", "0");
  machine.clock().advance_s(1);
  EXPECT_EQ(machine.between(begin, machine.read()).back().reason, "gap");
  machine.find();
  EXPECT_THAT(machine.rows(), ElementsAre("battery BAT0 unknown"));
}

}  // namespace
}  // namespace joulemark::sensors
