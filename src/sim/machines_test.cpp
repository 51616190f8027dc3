// SPDX-License-Identifier: Apache-2.0
// The machines that come along, before the real sensors: totals beside the truth, scopes, reasons.
#include <gmock/gmock.h>
#include <unistd.h>

#include <algorithm>

#include "sim/sim_fixture_test.h"

namespace joulemark::sim {
namespace {

std::vector<std::string> scopes_of(const std::vector<Energy>& energies) {
  std::vector<std::string> names;
  for (const Energy& energy : energies) names.push_back(energy.scope);
  return names;
}

/// The driver's whole nanojoules take up to 52 ppm from a step of 2^-16 J; no uncertainty tells.
constexpr double kDriverRounding = 5.3e-5;

std::string scripted_name(const std::string& scope) {
  return scope == "package-0-die-0" ? "package-0" : scope;
}

/// Every energy within three times its uncertainty of the truth.
void expect_true(Bench& bench, const Window& window) {
  for (const Energy& energy : window.energies) {
    ASSERT_TRUE(energy.joules) << energy.scope << ": " << energy.reason << ": " << energy.detail;
    const double truth = bench.truth(scripted_name(energy.scope), window);
    EXPECT_NEAR(*energy.joules, truth, 3 * *energy.uncertainty_j + kDriverRounding * truth)
        << bench.world().machine().name << " " << energy.scope;
    EXPECT_GT(*energy.joules, 0);
  }
}

/// Every energy within what an update period at the highest power and a step or two make. Under a
/// load that changes from update to update that is more than the uncertainty tells.
void expect_bounded(Bench& bench, const Window& window, double most_watts) {
  for (const Energy& energy : window.energies) {
    ASSERT_TRUE(energy.joules) << energy.scope << ": " << energy.reason << ": " << energy.detail;
    const double truth = bench.truth(scripted_name(energy.scope), window);
    EXPECT_NEAR(*energy.joules, truth, most_watts * 0.001 + 1e-3 + kDriverRounding * truth)
        << bench.world().machine().name << " " << energy.scope;
    EXPECT_GT(*energy.joules, 0);
  }
}

Machine under_load(const std::string& name, const std::string& load) {
  Machine machine = expect(load_machine(name));
  machine.load = expect(Waveform::parse(load));
  return machine;
}

struct Expected {
  std::string machine;
  double most_watts;
  std::vector<std::string> scopes;
};

class Machines : public testing::TestWithParam<Expected> {};

TEST_P(Machines, TotalsCoverTheRightScopesAndAreTrue) {
  Bench bench(under_load(GetParam().machine, "constant 80"));
  bench.find();
  for (const double seconds : {1.0, 4.7, 30.0}) {
    const Window window = bench.window(seconds);
    EXPECT_THAT(scopes_of(window.energies), testing::UnorderedElementsAreArray(GetParam().scopes));
    expect_true(bench, window);
  }
}

TEST_P(Machines, TotalsUnderTheirOwnLoadAreWithinOneUpdateOfTheTruth) {
  Bench bench(GetParam().machine);
  bench.find();
  for (const double seconds : {1.0, 4.7, 30.0})
    expect_bounded(bench, bench.window(seconds), GetParam().most_watts);
}

INSTANTIATE_TEST_SUITE_P(
    , Machines,
    testing::Values(Expected{"desktop-intel", 80, {"package-0", "dram-0", "total"}},
                    Expected{
                        "xeon-2s", 420, {"package-0", "dram-0", "package-1", "dram-1", "total"}},
                    Expected{"amd-mirrored-dies", 160, {"package-0-die-0", "total"}},
                    Expected{"epyc-65kj", 710, {"package-0", "package-1", "total"}},
                    Expected{"sapphire-rapids", 430, {"package-0", "dram-0", "total"}},
                    Expected{"battery-laptop", 25, {"package-0", "total"}}),
    [](const testing::TestParamInfo<Expected>& param) {
      std::string name = param.param.machine;
      std::replace(name.begin(), name.end(), '-', '_');
      return name;
    });

TEST(SimulatedMachines, PowercapAloneTellsTheSame) {
  for (const char* name : {"desktop-intel", "sapphire-rapids"}) {
    Bench bench(without(under_load(name, "constant 80"), "perf"));
    bench.find();
    expect_true(bench, bench.window(3));
    EXPECT_EQ(bench.found().sensors.front()->name(), "powercap");
  }
}

// The driver takes this memory's steps for 15.3 µJ, 0.27 % more than they are.
TEST(SimulatedMachines, PowercapReadsServerMemoryInTheHardwaresUnit) {
  Bench bench(without(expect(load_machine("xeon-2s")), "perf"));
  bench.find();
  const Window window = bench.window(30);
  const double ratio = *scope(window.energies, "dram-0").joules / bench.truth("dram-0", window);
  EXPECT_NEAR(ratio, 1, 1e-4);
}

TEST(SimulatedMachines, TheSecondViewsOfADesktopAreNotAdded) {
  Bench bench("desktop-intel");
  bench.find();
  EXPECT_EQ(reason_of(bench.found(), "perf", "package-0"), "usable");
  EXPECT_EQ(reason_of(bench.found(), "perf", "psys"), "container");
  EXPECT_EQ(reason_of(bench.found(), "perf", "core-0"), "contained");
  EXPECT_EQ(reason_of(bench.found(), "powercap", "package-0"), "duplicate");
}

TEST(SimulatedMachines, MirroredDiesAreOneCounter) {
  Bench bench("amd-mirrored-dies");
  bench.find();
  EXPECT_EQ(reason_of(bench.found(), "powercap", "package-0-die-1"), "mirror");
}

TEST(SimulatedMachines, ALongTripRoundA65KilojouleCounterIsTrue) {
  Bench bench("epyc-65kj");
  bench.find();
  const sensors::Readings begin = bench.read();
  Window window{.energies = {}, .from_s = bench.now_s()};
  // About seven times round, read every ten seconds as the sampler does.
  for (int i = 0; i < 200; ++i) {
    bench.clock().advance_s(10);
    bench.read();
  }
  window.to_s = bench.now_s();
  window.energies = bench.between(begin, bench.read());
  const Energy& total = scope(window.energies, "total");
  ASSERT_TRUE(total.joules) << total.detail;
  EXPECT_NEAR(*total.joules / bench.truth("total", window), 1, kDriverRounding);
  EXPECT_GT(*total.joules, 65536 * 8);
}

void expect_absent(const std::string& machine, const std::string& reason) {
  Bench bench(machine);
  bench.find();
  const std::vector<Energy> energies = bench.window(2).energies;
  ASSERT_EQ(energies.size(), 1U) << machine;
  EXPECT_EQ(energies.front().reason, reason);
  EXPECT_FALSE(energies.front().joules);
  EXPECT_EQ(energies.front().energy_class, EnergyClass::kAbsent);
}

TEST(SimulatedMachines, WithoutACounterTheReasonIsTold) {
  expect_absent("vm", "vm");
  expect_absent("container-masked", "masked");
}

TEST(SimulatedMachines, LockedCountersAreDenied) {
  Bench bench("locked");
  const bool was_root = geteuid() == 0;
  ASSERT_TRUE(!was_root || seteuid(65534) == 0);
  bench.find();
  const std::vector<Energy> energies = bench.window(2).energies;
  ASSERT_TRUE(!was_root || seteuid(0) == 0);
  EXPECT_EQ(reason_of(bench.found(), "perf", ""), "eacces");
  EXPECT_EQ(reason_of(bench.found(), "powercap", "package-0"), "eacces");
  EXPECT_EQ(scope(energies, "total").reason, "eacces");
  for (const Energy& energy : energies) EXPECT_FALSE(energy.joules);
}

TEST(SimulatedMachines, GraceTellsAveragedPowersInMicrowatts) {
  Bench bench("grace");
  bench.clock().advance_s(2.0);
  const std::string chip = "sys/class/hwmon/hwmon1/device/";
  EXPECT_EQ(bench.text(chip + "name"), "power_meter\n");
  EXPECT_EQ(bench.text(chip + "power1_oem_info"), "Module Power Socket 0\n");
  EXPECT_EQ(bench.text(chip + "power1_average_interval"), "50\n");
  const double shown_w = std::stod(bench.text(chip + "power1_average")) * 1e-6;
  // Updates are at 0.04 s + k · 0.05 s.
  EXPECT_NEAR(shown_w, expect(bench.world().true_joules("module-0", 1.94, 1.99)) / 0.05, 1e-5);
}

TEST(SimulatedMachines, JetsonTellsMillivoltsAndMilliamperes) {
  Bench bench("jetson-orin");
  bench.clock().advance_s(1.0);
  const std::string chip = "sys/class/hwmon/hwmon3/";
  EXPECT_EQ(bench.text(chip + "name"), "ina3221\n");
  EXPECT_EQ(bench.text(chip + "in1_label"), "VDD_GPU_SOC\n");
  EXPECT_EQ(bench.text(chip + "in1_input"), "19000\n");
  EXPECT_EQ(std::stoi(bench.text(chip + "curr1_input")) % 8, 0);
}

TEST(SimulatedMachines, CrayTellsWholeJoulesWithTheirTime) {
  Bench bench("cray-node");
  bench.clock().advance_s(10.0);
  const std::string folder = "sys/cray/pm_counters/";
  EXPECT_THAT(bench.text(folder + "energy"), testing::MatchesRegex("[0-9]+ J 16[0-9]{14} us\n"));
  EXPECT_NEAR(std::stod(bench.text(folder + "energy")) - 123456,
              expect(bench.world().true_joules("node", 0, 9.963)), 1);
  EXPECT_THAT(bench.text(folder + "power"), testing::MatchesRegex("[0-9]+ W 16[0-9]{14} us\n"));
  EXPECT_EQ(bench.text(folder + "freshness"), "900100\n");
  EXPECT_EQ(bench.text(folder + "raw_scan_hz"), "10\n");
}

TEST(SimulatedMachines, ABatteryIsDrained) {
  Bench bench("battery-laptop");
  const std::string folder = "sys/class/power_supply/BAT0/";
  EXPECT_EQ(bench.text(folder + "type"), "Battery\n");
  EXPECT_EQ(bench.text(folder + "status"), "Discharging\n");
  const double before_uwh = std::stod(bench.text(folder + "energy_now"));
  bench.clock().advance_s(600);
  const double used_j = (before_uwh - std::stod(bench.text(folder + "energy_now"))) * 3600e-6;
  EXPECT_NEAR(used_j, expect(bench.world().true_joules("battery", 0, 600)), 100);
  EXPECT_GT(std::stod(bench.text(folder + "power_now")), 7e6);
}

TEST(SimulatedMachines, XeonShowsTheKernelsOwnNumbers) {
  Bench bench("xeon-2s");
  const std::string zones = "sys/class/powercap/intel-rapl:0";
  EXPECT_EQ(bench.text(zones + "/max_energy_range_uj"), "262143328850\n");
  EXPECT_EQ(bench.text(zones + ":0/max_energy_range_uj"), "65712999613\n");
  EXPECT_EQ(bench.text("sys/bus/event_source/devices/power/cpumask"), "0,8\n");
  EXPECT_EQ(bench.text("sys/devices/system/cpu/cpu8/topology/physical_package_id"), "1\n");
}

}  // namespace
}  // namespace joulemark::sim
