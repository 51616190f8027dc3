// SPDX-License-Identifier: Apache-2.0
// Estimates against the models' formulas worked out by hand, and what no model knows.
#include "sensors/estimate/estimate.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <cmath>

#include "base/file.h"
#include "sensors/estimate/estimate_processors.h"
#include "sensors/tree_machine_test.h"

namespace joulemark::sensors {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

/// Two sockets of 20 cores with two threads each.
ProcessorFacts gold() {
  return {.name = "Intel(R) Xeon(R) Gold 6148 CPU @ 2.40GHz",
          .family = 6,
          .model = 85,
          .stepping = 4,
          .logical = 80,
          .sockets = 2,
          .memory_gb = 192};
}

/// As hypervisors show an EPYC of the fifth generation.
ProcessorFacts masked_epyc() {
  return {.name = "AMD EPYC",
          .family = 26,
          .model = 2,
          .stepping = 1,
          .logical = 2,
          .sockets = 1,
          .memory_gb = 8,
          .machine = Machine::kVirtual};
}

/// Watts of one model; NaN where it does not know the machine.
double watts_of(const char* name, const ProcessorFacts& facts, double utilisation) {
  for (const PowerModel& model : power_models())
    if (model.name == std::string(name))
      if (const auto power = model.power(facts, utilisation)) {
        EXPECT_EQ(power->low_w, power->high_w);
        return power->low_w;
      }
  return std::nan("");
}

TEST(Estimate, EveryModelIsItsFormula) {
  EXPECT_NEAR(watts_of("ccf", gold(), 0.5), 80 * (0.6130 + 0.5 * (4.1042 - 0.6130)) + 0.392 * 192,
              1e-9);
  EXPECT_NEAR(watts_of("boavizta", gold(), 0.5),
              2 * (35.5688 * std::log(0.2438 * (50 + 9.6694)) - 0.6087) + 0.284 * 192, 1e-9);
  EXPECT_NEAR(watts_of("tdp_ratio", gold(), 0.5), 300 * 0.75 + 0.284 * 192, 1e-9);
  EXPECT_NEAR(watts_of("green_algorithms", gold(), 0.5), 300 * 0.5 + 0.3725 * 192, 1e-9);
}

TEST(Estimate, TheRatiosAreThoseOfTheFourPublishedLoads) {
  ProcessorFacts facts = gold();
  facts.memory_gb = 0;
  const double shares[] = {0.12, 0.32, 0.75, 1.02};
  const double loads[] = {0, 0.1, 0.5, 1};
  for (std::size_t i = 0; i < 4; ++i)
    EXPECT_NEAR(watts_of("tdp_ratio", facts, loads[i]), 300 * shares[i], 1e-9);
  EXPECT_NEAR(watts_of("tdp_ratio", facts, 0.3), 300 * (0.32 + 0.75) / 2, 1e-9);
}

TEST(Estimate, TheIntervalReachesFromTheLeastModelToTheLargestOne) {
  const EnergyEstimate estimate = estimate_energy(gold(), {.seconds = 10, .cpu_s = 400});
  EXPECT_THAT(estimate.models, ElementsAre("ccf", "boavizta", "tdp_ratio", "green_algorithms"));
  std::vector<double> joules;
  for (const std::string& model : estimate.models)
    joules.push_back(10 * watts_of(model.c_str(), gold(), 0.5));
  std::sort(joules.begin(), joules.end());
  EXPECT_NEAR(*estimate.low_j, joules[0], 1e-9);
  EXPECT_NEAR(*estimate.mid_j, (joules[1] + joules[2]) / 2, 1e-9);
  EXPECT_NEAR(*estimate.high_j, joules[3], 1e-9);
  EXPECT_LT(*estimate.low_j, *estimate.high_j);
}

TEST(Estimate, MoreThanAllProcessorsAreNeverUsed) {
  const auto all = estimate_energy(gold(), {.seconds = 1, .cpu_s = 80});
  EXPECT_EQ(all, estimate_energy(gold(), {.seconds = 1, .cpu_s = 81}));
}

TEST(Estimate, AVirtualMachineHasAShareOfAProcessor) {
  ProcessorFacts facts = gold();
  facts.machine = Machine::kVirtual;
  facts.logical = 4;
  facts.sockets = 1;
  facts.memory_gb = 0;
  EXPECT_NEAR(watts_of("tdp_ratio", facts, 1), 1.02 * 150 * 4 / 40, 1e-9);
  EXPECT_NEAR(watts_of("boavizta", facts, 0),
              4.0 / 40 * (35.5688 * std::log(0.2438 * 9.6694) - 0.6087), 1e-9);
}

TEST(Estimate, AProductWithoutItsNumberIsAnyOfItsSeries) {
  const EnergyEstimate estimate = estimate_energy(masked_epyc(), {.seconds = 2, .cpu_s = 2});
  EXPECT_THAT(estimate.models, ElementsAre("ccf", "tdp_ratio", "green_algorithms"));
  EXPECT_NEAR(*estimate.low_j, 2 * (0.75 * 2 * 500 / 384 + 0.284 * 8), 1e-9);
  EXPECT_NEAR(*estimate.high_j, 2 * (0.75 * 2 * 320 / 32 + 0.284 * 8), 1e-9);
}

TEST(Estimate, AXeonWithoutItsNumberIsAnyOfItsDieAndAWorkstationIsNone) {
  ProcessorFacts facts = gold();
  facts.name = "Intel(R) Xeon(R) CPU @ 2.20GHz";
  facts.machine = Machine::kVirtual;
  facts.logical = 4;
  const auto power = design_power_of(facts);
  ASSERT_TRUE(power);
  EXPECT_NEAR(power->low_w, 4 * 165.0 / 56, 1e-9);
  EXPECT_NEAR(power->high_w, 4 * 105.0 / 8, 1e-9);
  EXPECT_THAT(estimate_energy(facts, {.seconds = 1, .cpu_s = 1}).models,
              ElementsAre("ccf", "tdp_ratio", "green_algorithms"));
  for (const char* name :
       {"Intel(R) Xeon(R) W-2125 CPU @ 4.00GHz", "Intel(R) Core(TM) i9-7900X CPU"}) {
    facts.name = name;
    EXPECT_FALSE(design_power_of(facts)) << name;
  }
}

TEST(Estimate, WhatNoModelKnowsIsAbsentWithAReasonAndNoNumber) {
  ProcessorFacts facts = gold();
  facts.name = "A processor of tomorrow";
  const EnergyEstimate unknown = estimate_energy(facts, {.seconds = 1, .cpu_s = 1});
  EXPECT_EQ(unknown.reason, "unknown_processor");
  EXPECT_THAT(unknown.detail, HasSubstr("'A processor of tomorrow'"));
  EXPECT_THAT(unknown.models, IsEmpty());
  EXPECT_EQ(estimate_energy(gold(), {.seconds = 1, .cpu_s = {}}).reason, "no_cpu_time");
  EXPECT_EQ(estimate_energy(gold(), {.seconds = 0, .cpu_s = 0}).reason, "no_window");
  for (const EnergyEstimate& estimate : {unknown, estimate_energy({}, {.seconds = 1, .cpu_s = 1})})
    EXPECT_FALSE(estimate.low_j || estimate.mid_j || estimate.high_j);
}

TEST(Estimate, NamesMatchWholeWordsOnly) {
  EXPECT_EQ(plain_processor_name("Intel(R) Xeon(R) CPU  E5-2686 v4 @ 2.30GHz"),
            "Intel Xeon E5-2686 v4 @ 2.30GHz");
  ProcessorFacts facts = gold();
  facts.family = 0;
  facts.name = "Intel(R) Xeon(R) Gold 61480";
  EXPECT_FALSE(design_power_of(facts));
  facts.family = 6;
  EXPECT_EQ(microarchitecture_of(gold()), "Skylake");
  facts.stepping = 7;
  EXPECT_EQ(microarchitecture_of(facts), "Cascade Lake");
  ProcessorFacts ryzen = masked_epyc();
  ryzen.name = "AMD Ryzen 9 9950X 16-Core Processor";
  EXPECT_EQ(microarchitecture_of(ryzen), "");
}

TEST(Estimate, FactsAreThoseOfTheTree) {
  const TreeMachine machine;
  machine.put("proc/cpuinfo",
              "processor : 0\ncpu family\t: 6\nmodel\t\t: 85\nmodel name\t: Intel(R) Xeon(R) Gold "
              "6148 CPU @ 2.40GHz\nstepping\t: 4\nflags : fpu hypervisor sse");
  machine.put("proc/meminfo", "MemTotal:       16000000 kB");
  machine.put("sys/devices/system/cpu/online", "0-3");
  for (int cpu = 0; cpu < 4; ++cpu) {
    const std::string folder = "sys/devices/system/cpu/cpu" + std::to_string(cpu) + "/topology/";
    machine.put(folder + "physical_package_id", "0");
    machine.put(folder + "core_id", std::to_string(cpu));
  }
  const ProcessorFacts facts = read_processor_facts(machine.root());
  EXPECT_EQ(facts.name, gold().name);
  EXPECT_EQ(facts.family, 6);
  EXPECT_EQ(facts.model, 85);
  EXPECT_EQ(facts.stepping, 4);
  EXPECT_EQ(facts.logical, 4);
  EXPECT_EQ(facts.sockets, 1);
  EXPECT_NEAR(facts.memory_gb, 16.384, 1e-9);
  EXPECT_EQ(facts.machine, Machine::kVirtual);
}

TEST(Estimate, TheManualNamesEverySource) {
  const auto manual = read_file(JOULEMARK_SOURCE_DIR "/docs/sensors.md");
  ASSERT_TRUE(manual) << manual.error().message;
  for (const PowerModel& model : power_models())
    EXPECT_THAT(*manual, HasSubstr(std::string("| `") + model.name + "` | " + model.title + " | " +
                                   model.source + " |"));
}

}  // namespace
}  // namespace joulemark::sensors
