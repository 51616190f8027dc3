// SPDX-License-Identifier: Apache-2.0
#include "sim/coverage.h"

#include <fmt/format.h>
#include <gmock/gmock.h>

#include <algorithm>

#include "sim/sim_fixture_test.h"

namespace joulemark::sim {
namespace {

Coverage covered(const Machine& machine, const std::string& load, int runs) {
  const Folder folder;
  const auto& loads = coverage_loads();
  const auto found = std::find_if(loads.begin(), loads.end(),
                                  [&](const CoverageLoad& each) { return each.name == load; });
  return expect(measure_coverage({.machine = machine,
                                  .load = &*found,
                                  .window_s = 2,
                                  .runs = runs,
                                  .seed = 1,
                                  .folder = folder.path()}));
}

Coverage covered(const std::string& machine, const std::string& load, int runs) {
  return covered(expect(load_machine(machine)), load, runs);
}

/// A machine of `counters`, each with the same share of the load and a phase of its own.
struct CounterRow {
  std::string head;  ///< kind, place and name of the part
  double period_s;
};
Machine machine_of(const std::vector<CounterRow>& counters) {
  std::string scopes;
  std::string parts;
  std::string total;
  for (std::size_t i = 0; i < counters.size(); ++i) {
    total += fmt::format("{}\"s{}\"", i == 0 ? "" : ", ", i);
    scopes += fmt::format("[scope.s{}]\nidle_w = 30.0\nshare = {}\n", i,
                          1.0 / static_cast<double>(counters.size()));
    parts += fmt::format(
        "[[part]]\n{}\nshows = \"s{}\"\nunit = 6.103515625e-05\nperiod_s = {}\n"
        "phase_s = {}\n",
        counters[i].head, i, counters[i].period_s, 0.0001 * static_cast<double>(i + 1));
  }
  return expect(
      parse_machine(fmt::format("name = \"test\"\nwhat = \"of a test\"\nload = \"constant 100\"\n"
                                "total = [{}]\n[processors]\ncount = 8\n{}{}",
                                total, scopes, parts),
                    "test.toml"));
}

TEST(Coverage, IntervalsOfTwoSensorsHoldTheTruthThoughOneWaitsForTheOther) {
  const Machine machine = machine_of(
      {{"kind = \"powercap\"\nat = \"intel-rapl:0\"\nname = \"package-0\"", 0.000976},
       {"kind = \"hwmon_energy\"\nat = \"hwmon2/energy1_input\"\nname = \"xe\"", 0.001}});
  for (const char* load : {"steady", "Poisson"})
    EXPECT_GE(covered(machine, load, 40).share_held(), 0.93) << load;
}

TEST(Coverage, IntervalsOfAGaugeInWholeWattsHoldTheTruth) {
  const Machine machine = expect(parse_machine(R"(
name = "test"
what = "of a test"
load = "constant 100"
total = ["s0"]
[processors]
count = 1
[scope.s0]
idle_w = 30.0
share = 1.0
[[part]]
kind = "hwmon_power"
at = "hwmon0/power1_average"
name = "power_meter"
label = "Grace Power Socket 0"
shows = "s0"
unit = 1.0
period_s = 0.1
average_s = 0.1
)",
                                               "test.toml"));
  const Coverage coverage = covered(machine, "steady", 30);
  EXPECT_GE(coverage.share_held(), 0.93);
  EXPECT_LT(coverage.mean_width_j, coverage.honest_width_j * 3);
}

TEST(Coverage, IntervalsHoldTheTruthOfASteadyLoad) {
  const Coverage coverage = covered("desktop-intel", "steady", 40);
  EXPECT_EQ(coverage.absent, 0);
  EXPECT_GE(coverage.share_held(), 0.9);
  EXPECT_GT(coverage.mean_width_j, coverage.honest_width_j * 0.8);
  EXPECT_LT(coverage.mean_width_j, coverage.honest_width_j * 3);
}

TEST(Coverage, EveryLoadMakesAWaveform) {
  for (const CoverageLoad& load : coverage_loads()) {
    const Coverage coverage = covered("battery-laptop", load.name, 5);
    EXPECT_EQ(coverage.absent, 0) << load.name;
    EXPECT_GT(coverage.mean_joules, 0) << load.name;
  }
}

TEST(Coverage, TheSameSeedGivesTheSameRuns) {
  const Coverage once = covered("desktop-intel", "Poisson", 10);
  const Coverage again = covered("desktop-intel", "Poisson", 10);
  EXPECT_EQ(once.held, again.held);
  EXPECT_EQ(once.mean_width_j, again.mean_width_j);
  EXPECT_EQ(once.mean_error_j, again.mean_error_j);
}

TEST(Coverage, AMachineWithoutACounterHasNoInterval) {
  EXPECT_EQ(covered("vm", "steady", 3).absent, 3);
}

}  // namespace
}  // namespace joulemark::sim
