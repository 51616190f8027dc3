// SPDX-License-Identifier: Apache-2.0
// The condition of boards, with a fake driver.
#include "sensors/boards/nvml_condition.h"

#include <gmock/gmock.h>

#include <map>

#include "sensors/boards/nvml_fixture_test.h"

namespace joulemark::sensors {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

std::vector<Finding> found(NvmlMachine& machine) {
  return nvml_findings({.root = machine.root(), .clock = &machine.clock()});
}

std::vector<std::string> codes(const std::string& scenario) {
  NvmlMachine machine(scenario);
  std::vector<std::string> codes;
  for (const Finding& finding : found(machine)) codes.push_back(finding.code);
  return codes;
}

const std::string kQuiet = "gpu A\npower 0 90\necc 0\n";

TEST(NvmlCondition, AQuietBoardHasNoFinding) {
  EXPECT_THAT(codes(kQuiet), IsEmpty());
}

TEST(NvmlCondition, EveryConditionHasItsFinding) {
  const std::map<std::string, std::string> conditions = {{"persistence 0", "gpu_persistence"},
                                                         {"power_limit_w 250", "gpu_power_limit"},
                                                         {"throttle 64", "gpu_throttling"},
                                                         {"application_mhz 1980", "gpu_clocks"},
                                                         {"ecc 1", "gpu_ecc"},
                                                         {"mig 1", "gpu_mig"},
                                                         {"process 1", "gpu_shared"}};
  for (const auto& [line, code] : conditions)
    EXPECT_THAT(codes(kQuiet + line + "\n"), ElementsAre(code)) << line;
}

TEST(NvmlCondition, TellsTheValuesAndTheBoardAndTheCommand) {
  NvmlMachine machine(kQuiet + kQuiet + "power_limit_w 250\nprocess 4711\n");
  const auto all = found(machine);
  ASSERT_EQ(all.size(), 2U);
  EXPECT_THAT(all[0].message, HasSubstr("gpu-1: process 4711 computes on it too"));
  EXPECT_EQ(all[1].message, "the power limit of gpu-1 is 250 W, and 300 W by default");
  EXPECT_EQ(all[1].remedy, "sudo nvidia-smi -i 1 -pl 300");
}

TEST(NvmlCondition, BoardsDriverAndLimitsAreFactsOfTheMachine) {
  NvmlMachine machine(kQuiet + kQuiet + "power_limit_w 250\n");
  const auto facts = nvml_facts({.root = machine.root(), .clock = &machine.clock()});
  ASSERT_EQ(facts.size(), 3U);
  EXPECT_THAT(facts[0].second, HasSubstr("gpu-0 "));
  EXPECT_THAT(facts[1].second, testing::StartsWith("NVIDIA "));
  EXPECT_EQ(facts[2],
            (std::pair<std::string, std::string>("power limits", "gpu-0 300 W, gpu-1 250 W")));
}

TEST(NvmlCondition, WhatABoardDoesNotTellIsNotFound) {
  std::string scenario = "gpu A\npersistence 0\npower_limit_w 1\nthrottle 64\nmig 1\n";
  for (const char* call :
       {"PersistenceMode", "PowerManagementLimit", "CurrentClocksThrottleReasons",
        "ApplicationsClock", "EccMode", "MigMode", "ComputeRunningProcesses"})
    scenario += std::string("fail nvmlDeviceGet") + call + " 3\n";
  EXPECT_THAT(codes(scenario), IsEmpty());
}

TEST(NvmlCondition, ADriverThatIsTooOldOrHasNoBoardIsNoFinding) {
  NvmlMachine old("gpu A\n", SIMULATED_NVML_OLD);
  EXPECT_THAT(found(old), IsEmpty());
  EXPECT_THAT(codes("init_error 9\ngpu A\n"), IsEmpty());
  EXPECT_THAT(codes("count 4000000000\n"), IsEmpty());
}

}  // namespace
}  // namespace joulemark::sensors
