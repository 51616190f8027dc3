// SPDX-License-Identifier: Apache-2.0
// Tests of the perf sensor on simulated kernels.
#include "sensors/rapl/perf.h"

#include <gmock/gmock.h>

#include <cerrno>
#include <cmath>
#include <fstream>
#include <map>

#include "sensors/rapl/perf_events.h"
#include "sensors/rapl/powercap_fixture_test.h"

namespace joulemark::sensors {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::HasSubstr;

constexpr const char* kScale = "2.3283064365386962890625e-10\n";
constexpr double kUnitJ = 2.3283064365386962890625e-10;

/// Watts of an event whose counter cannot be read.
constexpr double kUnreadable = -1;

void put(const fs::path& path, const std::string& text) {
  fs::create_directories(path.parent_path());
  std::ofstream(path) << text;
}

/// A counter of `watts` since the clock's start, in steps of 2^-14 J, as the kernel widens it.
class ScriptedCounter final : public CounterSource {
 public:
  ScriptedCounter(ScriptedClock& clock, double watts)
      : clock_(clock), start_(clock.now()), watts_(watts) {}
  std::optional<std::uint64_t> read() override {
    if (watts_ == kUnreadable) return std::nullopt;
    const double steps = std::floor(watts_ * to_seconds(clock_.now() - start_) * 16384);
    return static_cast<std::uint64_t>(steps) << 18;
  }

 private:
  ScriptedClock& clock_;
  Nanoseconds start_;
  double watts_;
};

/// A machine whose kernel has the power PMU, beside the powercap tree that it is made with.
class PerfMachine : public Machine {
 public:
  explicit PerfMachine(std::vector<SimulatedZone> zones, const std::string& cpumask = "0")
      : Machine(std::move(zones)), pmu_(root() / "sys/bus/event_source/devices/power") {
    put(pmu_ / "type", "11\n");
    put(pmu_ / "cpumask", cpumask + "\n");
  }
  void event(const std::string& name, const std::string& config) {
    put(pmu_ / "events" / name, "event=" + config + "\n");
    put(pmu_ / "events" / (name + ".unit"), "Joules\n");
    put(pmu_ / "events" / (name + ".scale"), kScale);
  }
  void socket(int cpu, int socket, int die = 0) {
    const fs::path topology =
        root() / "sys/devices/system/cpu" / ("cpu" + std::to_string(cpu)) / "topology";
    put(topology / "physical_package_id", std::to_string(socket));
    put(topology / "die_id", std::to_string(die));
  }
  /// Watts by event and processor; what is not here fails with `error`.
  std::map<std::pair<std::string, int>, double> watts;
  int error = EACCES;
  std::vector<PerfEvent> opened;

  void find_all() {
    const SensorEnvironment environment{
        .root = root(),
        .clock = &clock(),
        .open_perf = [this](const PerfEvent& event) -> OpenedCounter {
          opened.push_back(event);
          const auto known = watts.find({event.name, event.cpu});
          if (known == watts.end()) return tl::unexpected<int>(error);
          return std::make_unique<ScriptedCounter>(clock(), known->second);
        }};
    found() = discover(environment);
  }
  const fs::path& pmu() { return pmu_; }

 private:
  fs::path pmu_;
};

std::string names(const Discovered& found) {
  std::string names;
  for (const auto& sensor : found.sensors) names += sensor->name() + " ";
  return names;
}

TEST(Perf, JoulesAreThoseOfTheCounterInTheUnitOfItsScale) {
  PerfMachine machine({});
  machine.event("energy-pkg", "0x02");
  machine.event("energy-ram", "0x03");
  machine.watts = {{{"energy-pkg", 0}, 150}, {{"energy-ram", 0}, 12}};
  machine.find_all();
  ASSERT_EQ(names(machine.found()), "perf ");
  const auto energies = machine.window(2.0);
  EXPECT_NEAR(*scope(energies, "package-0")->joules, 300, 2e-4);
  EXPECT_NEAR(*scope(energies, "dram-0")->joules, 24, 2e-4);
  EXPECT_NEAR(*energies.back().joules, 324, 3e-4);
  EXPECT_EQ(energies.back().sensor, "perf");
  EXPECT_EQ(machine.opened.front().type, 11U);
  EXPECT_EQ(machine.opened.front().config, 2U);
}

TEST(Perf, ItIsPreferredAndPowercapReadsNothingTwice) {
  PerfMachine machine(one_socket(150, 12));
  machine.event("energy-pkg", "0x02");
  machine.event("energy-ram", "0x03");
  machine.watts = {{{"energy-pkg", 0}, 150}, {{"energy-ram", 0}, 12}};
  machine.find_all();
  EXPECT_EQ(names(machine.found()), "perf ");
  EXPECT_NEAR(*machine.window(1.0).back().joules, 162, 1e-3);
  std::vector<std::string> duplicates;
  for (const SensorStatus& status : machine.found().statuses)
    if (status.sensor == "powercap") duplicates.push_back(status.scope + " " + status.reason);
  EXPECT_THAT(duplicates, ElementsAre("package-0 duplicate", "dram-0 duplicate"));
}

TEST(Perf, WhatItCannotOpenPowercapReads) {
  PerfMachine machine(one_socket(150, 12));
  machine.event("energy-pkg", "0x02");
  machine.event("energy-ram", "0x03");
  machine.watts = {{{"energy-pkg", 0}, 150}};
  machine.find_all();
  EXPECT_EQ(names(machine.found()), "perf powercap ");
  const auto energies = machine.window(1.0);
  EXPECT_EQ(scope(energies, "package-0")->sensor, "perf");
  EXPECT_EQ(scope(energies, "dram-0")->sensor, "powercap");
  EXPECT_NEAR(*energies.back().joules, 162, 1e-3);
  EXPECT_EQ(energies.back().sensor, "several");
}

TEST(Perf, AnEventThatOpensAndCannotBeReadIsNoSensor) {
  PerfMachine machine({});
  machine.event("energy-pkg", "0x02");
  machine.socket(0, 0);
  machine.watts[{"energy-pkg", 0}] = kUnreadable;
  machine.find_all();
  EXPECT_EQ(machine.found().statuses.front().scope, "package-0");
  EXPECT_EQ(machine.found().statuses.front().reason, "unreadable");
  EXPECT_TRUE(machine.found().sensors.empty());
}

TEST(Perf, WithoutPermissionPowercapReadsAllAndTheRemedyIsSaid) {
  PerfMachine machine(one_socket(150, 12));
  machine.event("energy-pkg", "0x02");
  put(machine.root() / "proc/sys/kernel/perf_event_paranoid", "2\n");
  machine.find_all();
  EXPECT_EQ(names(machine.found()), "powercap ");
  EXPECT_NEAR(*machine.window(1.0).back().joules, 162, 1e-3);
  const SensorStatus& status = machine.found().statuses.front();
  EXPECT_EQ(status.reason, "eacces");
  EXPECT_THAT(status.detail, HasSubstr("perf_event_paranoid is 2"));
  EXPECT_THAT(status.remedy, HasSubstr("setcap cap_perfmon=ep"));
}

TEST(Perf, AFilterOfSystemCallsIsToldFromAPermission) {
  PerfMachine machine({});
  machine.event("energy-pkg", "0x02");
  machine.error = EPERM;
  put(machine.root() / "proc/sys/kernel/perf_event_paranoid", "0\n");
  machine.find_all();
  EXPECT_EQ(machine.found().statuses.front().reason, "seccomp");
  EXPECT_EQ(machine.window(1.0).back().reason, "seccomp");
}

TEST(Perf, EverySocketCountsForItself) {
  PerfMachine machine({}, "0,32");
  machine.socket(0, 0);
  machine.socket(32, 1);
  machine.event("energy-pkg", "0x02");
  machine.event("energy-psys", "0x05");
  machine.watts = {{{"energy-pkg", 0}, 100}, {{"energy-pkg", 32}, 60}, {{"energy-psys", 0}, 300}};
  machine.find_all();
  const auto energies = machine.window(1.0);
  EXPECT_NEAR(*scope(energies, "package-1")->joules, 60, 1e-3);
  EXPECT_NEAR(*energies.back().joules, 160, 1e-3);
  EXPECT_EQ(reason_of(machine.found(), "psys"), "container");
  for (const PerfEvent& event : machine.opened) EXPECT_NE(event.name, "energy-psys");
}

// codecarbon#1274: two dies that show the counter of their socket were added to 137 W.
TEST(Perf, DiesThatShowOneCounterAreCountedOnce) {
  PerfMachine machine({}, "0,8");
  machine.socket(0, 0, 0);
  machine.socket(8, 0, 1);
  machine.event("energy-pkg", "0x02");
  machine.watts = {{{"energy-pkg", 0}, 68}, {{"energy-pkg", 8}, 68}};
  machine.find_all();
  EXPECT_EQ(reason_of(machine.found(), "package-0-die-1"), "mirror");
  EXPECT_NEAR(*machine.window(1.0).back().joules, 68, 1e-3);
}

TEST(Perf, RealDiesAreAddedUp) {
  PerfMachine machine({}, "0,8");
  machine.socket(0, 0, 0);
  machine.socket(8, 0, 1);
  machine.event("energy-pkg", "0x02");
  machine.watts = {{{"energy-pkg", 0}, 400}, {{"energy-pkg", 8}, 30}};
  machine.find_all();
  machine.clock().advance_s(10);
  machine.read();
  EXPECT_NEAR(*machine.window(1.0).back().joules, 430, 1e-2);
}

TEST(Perf, HostileFilesAreNamedAndNotBelieved) {
  for (const auto& [file, text] :
       std::map<std::string, std::string>{{"cpumask", "0-99999999999"},
                                          {"cpumask", "x"},
                                          {"events/energy-pkg", "event=0x02,umask=1"},
                                          {"events/energy-pkg.scale", "nan"},
                                          {"events/energy-pkg.scale", "1e300"},
                                          {"events/energy-pkg.scale", ""},
                                          {"events/energy-pkg.unit", "Furlongs"}}) {
    PerfMachine machine({});
    machine.event("energy-pkg", "0x02");
    put(machine.pmu() / file, text);
    machine.find_all();
    EXPECT_EQ(names(machine.found()), "") << file << text;
    EXPECT_EQ(machine.found().statuses.front().reason, "unreadable") << file << text;
    EXPECT_TRUE(machine.opened.empty());
  }
}

TEST(Perf, ASimulatedMachineIsNeverAskedOfTheRealKernel) {
  PerfMachine machine({});
  machine.event("energy-pkg", "0x02");
  machine.find();
  EXPECT_EQ(names(machine.found()), "");
  EXPECT_EQ(machine.found().statuses.front().reason, "absent");
  put(machine.root() / "sim/perf/energy-pkg-cpu0", std::string("\x00\x00\x00\x10\0\0\0\0", 8));
  machine.find();
  EXPECT_EQ(machine.found().statuses.front().reason, "frozen");
}

TEST(PerfEvents, ListsOfProcessors) {
  EXPECT_THAT(*parse_cpu_list("0,4-6\n"), ElementsAre(0, 4, 5, 6));
  EXPECT_THAT(*parse_cpu_list("3,3,1-3"), ElementsAre(1, 2, 3));
  for (const char* text : {"", ",", "1-", "-1", "4-2", "0-70000", "a", "1;2"})
    EXPECT_FALSE(parse_cpu_list(text)) << text;
}

TEST(PerfEvents, Configs) {
  EXPECT_EQ(parse_event_config("event=0x02\n"), 2U);
  EXPECT_EQ(parse_event_config("event=0xff"), 255U);
  for (const char* text :
       {"", "event=", "event=2", "event=0x", "event=0x2,x=1", "event=0x1ffffffffffffffff"})
    EXPECT_FALSE(parse_event_config(text)) << text;
}

}  // namespace
}  // namespace joulemark::sensors
