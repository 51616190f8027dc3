// SPDX-License-Identifier: Apache-2.0
// Drivers that are missing, refuse, or say what cannot be.
#include <gmock/gmock.h>

#include "sensors/boards/nvml.h"
#include "sensors/boards/nvml_fixture_test.h"
#include "sensors/boards/nvml_library.h"

namespace joulemark::sensors {
namespace {

using testing::HasSubstr;

TEST(NvmlHostile, WithoutABoardTheLibraryIsNotMissed) {
  Machine machine({});
  machine.find();
  EXPECT_EQ(reason_of(machine.found(), "", "nvml"), "absent");
  EXPECT_TRUE(machine.found().sensors.empty());
}

TEST(NvmlHostile, WithABoardAMissingLibraryIsSaidWithARemedy) {
  for (const char* trace : {"proc/driver/nvidia", "dev/nvidia0"}) {
    Machine machine({});
    std::filesystem::create_directories(machine.root() / trace);
    const Discovered found = find_nvml({.root = machine.root(), .clock = &machine.clock()}, {});
    ASSERT_EQ(found.statuses.size(), 1U);
    EXPECT_EQ(found.statuses.front().reason, "lib_missing") << trace;
    EXPECT_EQ(found.statuses.front().scope, "");
    EXPECT_THAT(found.statuses.front().remedy, HasSubstr("--gpus all"));
  }
}

TEST(NvmlHostile, ALibraryOfAnotherKindLacksItsSymbols) {
  NvmlMachine machine("");
  const Discovered found = find_nvml(
      {.root = machine.root(), .clock = &machine.clock(), .nvml_library = "libm.so.6"}, {});
  EXPECT_EQ(found.statuses.front().reason, "symbol_missing");
  EXPECT_THAT(found.statuses.front().detail, HasSubstr("nvmlInit_v2"));
}

TEST(NvmlHostile, AnOldDriverWithoutAnyMeterSaysWhichItLacks) {
  NvmlMachine machine("gpu A\nfail nvmlDeviceGetPowerUsage 13\n", SIMULATED_NVML_OLD);
  machine.find();
  EXPECT_EQ(machine.status("gpu-0")->reason, "symbol_missing");
  EXPECT_THAT(machine.status("gpu-0")->detail, HasSubstr("the driver lacks the function"));
}

TEST(NvmlHostile, ADriverThatDoesNotStartSaysWhy) {
  NvmlMachine forbidden("init_error 4\n");
  forbidden.find();
  EXPECT_EQ(forbidden.status("")->reason, "eacces");
  NvmlMachine mismatch("init_error 18\n");
  mismatch.find();
  EXPECT_EQ(mismatch.status("")->reason, "unreadable");
  EXPECT_THAT(mismatch.status("")->detail, HasSubstr("different versions"));
  EXPECT_EQ(mismatch.users(), 0);
}

TEST(NvmlHostile, ADriverWithoutBoardsIsAbsent) {
  NvmlMachine machine("");
  machine.find();
  EXPECT_EQ(machine.status("")->reason, "absent");
}

TEST(NvmlHostile, ABillionBoardsAreNotBelieved) {
  NvmlMachine machine("count 1000000000\ngpu A\npower 0 100\n");
  machine.find();
  EXPECT_EQ(machine.status("")->reason, "unreadable");
  EXPECT_EQ(machine.calls("nvmlDeviceGetHandleByIndex_v2"), 0);
}

TEST(NvmlHostile, ABoardThatIsNotThereIsARow) {
  NvmlMachine machine("count 2\ngpu A\npower 0 100\n");
  machine.find();
  EXPECT_TRUE(machine.status("gpu-0")->usable);
  EXPECT_EQ(machine.status("gpu-1")->reason, "unreadable");
}

// powerjoular#87, compute-runtime#938: powers of 260 kW and 3.69 TW were written down.
TEST(NvmlHostile, APowerStationIsNoBoard) {
  for (const char* library : {SIMULATED_NVML, SIMULATED_NVML_OLD}) {
    NvmlMachine machine("gpu A\npower 0 4e9\n" + std::string(kNoCounter), library);
    machine.find();
    EXPECT_TRUE(machine.found().sensors.empty());
    EXPECT_EQ(machine.status("gpu-0")->reason, "unreadable");
  }
}

TEST(NvmlHostile, APowerStationInBetweenIsAGap) {
  NvmlMachine machine("gpu A\npower 0 100\npower 2 4e9\npower 4 100\n", SIMULATED_NVML_OLD);
  machine.find();
  machine.go_to(1);
  EXPECT_FALSE(machine.sampled_until(6).back().joules);
  const double begin_s = machine.now_s();
  EXPECT_NEAR(*machine.sampled_until(10).back().joules, 100 * (10 - begin_s), 1e-6);
}

TEST(NvmlHostile, ACounterThatJumpsIsNoEnergy) {
  NvmlMachine fast("gpu A\npower 0 100\npower 2 4e9\n");
  fast.find();
  fast.go_to(1);
  EXPECT_EQ(fast.sampled_until(4).front().reason, "reset");
  NvmlMachine garbage("gpu A\ngarbage 1\n");
  garbage.find();
  for (int i = 2; i < 30; ++i) {
    const auto energies = garbage.sampled_until(i);
    EXPECT_FALSE(energies.back().joules) << *energies.back().joules;
    EXPECT_FALSE(energies.back().reason.empty());
  }
}

TEST(NvmlHostile, TextWithoutAnEndIsCut) {
  EXPECT_EQ(library_text("abcdef", 3), "abc");
  EXPECT_EQ(library_text("a\n\x1b\xff\x07z\0b", 8), "az");
  const std::string endless(500, 'v');
  NvmlMachine machine("driver " + endless + "\ngpu A\npower 0 100\nendless_name 1\n");
  machine.find();
  const std::string& detail = machine.status("gpu-0")->detail;
  EXPECT_TRUE(machine.status("gpu-0")->usable);
  EXPECT_THAT(detail, HasSubstr(std::string(80, 'v')));
  EXPECT_THAT(detail, testing::Not(HasSubstr(std::string(81, 'v'))));
}

}  // namespace
}  // namespace joulemark::sensors
