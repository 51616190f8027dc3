// SPDX-License-Identifier: Apache-2.0
// Tests of Intel cards, with simulated loaders.
#include "sensors/boards/level_zero.h"

#include <gmock/gmock.h>

#include <cstdlib>

#include "sensors/boards/board_fixture_test.h"

namespace joulemark::sensors {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

constexpr const char* kEnergyCall = "zesPowerGetEnergyCounter";
const std::string kCard = "gpu Intel Data Center GPU Max 1100\npublish_ms 1\npower 0 200\n";

TEST(LevelZero, JoulesAreThoseOfTheWholeCard) {
  for (const char* version : {"", "driver 0\n"}) {
    BoardMachine machine(kLevelZero, version + kCard + "power 5 300\n");
    machine.find();
    machine.go_to(4);
    const auto energies = machine.sampled_until(7);
    const Energy* board = scope(energies, "intel-gpu-0");
    ASSERT_TRUE(board != nullptr && board->joules) << version;
    EXPECT_NEAR(*board->joules, 200 + 2 * 300, 1);
    EXPECT_EQ(board->energy_class, EnergyClass::kMeasured);
    EXPECT_THAT(machine.row("intel-gpu-0").detail, HasSubstr("GPU Max 1100, driver 1.3.29735"));
  }
}

TEST(LevelZero, AWindowIsNotPolled) {
  BoardMachine machine(kLevelZero, kCard);
  machine.find();
  for (const double seconds : {0.5, 9.0, 35.0}) {
    const long before = machine.calls(kEnergyCall);
    machine.sampled_until(machine.now_s() + seconds);
    EXPECT_LE(machine.calls(kEnergyCall) - before, 2 + seconds / 10);
  }
}

// compute-runtime#938: one reading near 0 made 3.69 TW.
TEST(LevelZero, AGlitchInsideAWindowIsBridged) {
  BoardMachine machine(kLevelZero, kCard + "first_mj 1e6\nglitch_s 12\nglitch_ms 100\n");
  machine.find();
  machine.go_to(2);
  const auto energies = machine.sampled_until(42);
  ASSERT_TRUE(energies.back().joules);
  EXPECT_NEAR(*energies.back().joules, 40 * 200, 1);
}

TEST(LevelZero, AGlitchAtAnEdgeIsAbsentAndNeverEnergy) {
  BoardMachine machine(kLevelZero, kCard + "glitch_s 5\nglitch_ms 100\n");
  machine.find();
  machine.go_to(3);
  const auto ended = machine.sampled_until(5.05);
  EXPECT_FALSE(ended.back().joules);
  EXPECT_EQ(scope(ended, "intel-gpu-0")->reason, "gap");
  const auto begun = machine.sampled_until(9);
  EXPECT_FALSE(begun.back().joules);
  EXPECT_NEAR(*machine.sampled_until(10).back().joules, 200, 1);
}

TEST(LevelZero, AResetIsNoEnergy) {
  BoardMachine machine(kLevelZero, kCard + "first_mj 9e6\nreset_s 2.5\n");
  machine.find();
  machine.go_to(1);
  EXPECT_FALSE(machine.sampled_until(4).back().joules);
  machine.go_to(4.1);
  EXPECT_NEAR(*machine.sampled_until(5.1).back().joules, 200, 1);
}

TEST(LevelZero, MoreThanTwiceTheLimitIsNotBelieved) {
  BoardMachine machine(kLevelZero, kCard + "limit_w 300\npower 4 700\n");
  machine.find();
  machine.go_to(1);
  EXPECT_EQ(machine.sampled_until(30).front().reason, "reset");
}

TEST(LevelZero, ALoaderWithoutZesInitIsToldByTheEnvironment) {
  unsetenv("ZES_ENABLE_SYSMAN");
  BoardMachine machine(kOldLevelZero, kCard);
  machine.find();
  EXPECT_TRUE(machine.row("intel-gpu-0").usable);
  EXPECT_EQ(std::getenv("ZES_ENABLE_SYSMAN"), nullptr);
}

TEST(LevelZero, BuiltInGraphicsArePartOfTheProcessor) {
  BoardMachine machine(kLevelZero, kCard + "integrated 1\n");
  machine.find();
  EXPECT_EQ(machine.row("intel-gpu-0").reason, "contained");
  EXPECT_TRUE(machine.found().sensors.empty());
}

void add_hwmon(BoardMachine& machine) {
  machine.put("sys/class/hwmon/hwmon0/name", "xe");
  machine.put("sys/class/hwmon/hwmon0/energy1_input", "1000000");
  machine.link("sys/class/hwmon/hwmon0/device", machine.root() / "sys/devices/0000:03:00.0");
}

TEST(LevelZero, HwmonIsReadWhereItCanBe) {
  BoardMachine machine(kLevelZero, kCard);
  add_hwmon(machine);
  machine.find();
  EXPECT_EQ(machine.row("intel-gpu-0").reason, "duplicate");
  EXPECT_EQ(reason_of(machine.found(), "xe-gpu-0", "hwmon"), "usable");
  EXPECT_EQ(machine.found().sensors.size(), 1U);
}

TEST(LevelZero, WhereHwmonCannotBeReadTheDriverIs) {
  BoardMachine machine(kLevelZero, kCard);
  add_hwmon(machine);
  // Nobody reads a folder as a file, root included.
  const auto energy = machine.root() / "sys/class/hwmon/hwmon0/energy1_input";
  std::filesystem::remove(energy);
  std::filesystem::create_symlink("nowhere", energy);
  machine.find();
  EXPECT_TRUE(machine.row("intel-gpu-0").usable);
  EXPECT_EQ(machine.found().sensors.size(), 1U);
}

TEST(LevelZero, ACounterThatDoesNotCountIsFrozen) {
  BoardMachine machine(kLevelZero, "gpu A\nfirst_mj 5e6\n");
  machine.find();
  EXPECT_EQ(machine.row("intel-gpu-0").reason, "frozen");
}

TEST(LevelZero, ALostCardIsAbsentAndNotAskedAgain) {
  BoardMachine machine(kLevelZero, kCard + "lost_s 4\n");
  machine.find();
  machine.go_to(1);
  EXPECT_NEAR(*machine.sampled_until(3).back().joules, 400, 1);
  EXPECT_EQ(scope(machine.sampled_until(6), "intel-gpu-0")->reason, "lost");
  const long calls = machine.calls(kEnergyCall);
  machine.sampled_until(8);
  EXPECT_EQ(machine.calls(kEnergyCall), calls);
}

TEST(LevelZero, TheThermometerIsRead) {
  BoardMachine machine(kLevelZero, kCard);
  machine.find();
  EXPECT_THAT(gauges_now(*machine.found().sensors.front()),
              ElementsAre("intel-gpu-0 temperature 61 °C"));
}

TEST(LevelZeroHostile, WithoutACardTheLoaderIsNotMissed) {
  Machine machine({});
  machine.find();
  EXPECT_EQ(reason_of(machine.found(), "", "level_zero"), "absent");
}

TEST(LevelZeroHostile, AProcessorsOwnGraphicsAreNoCard) {
  BoardMachine machine(kLevelZero, kCard);
  std::filesystem::remove_all(machine.root() / "sys/class/drm");
  machine.put("sys/devices/0000:00:02.0/vendor", "0x8086");
  machine.link("sys/class/drm/card0/device", machine.root() / "sys/devices/0000:00:02.0");
  machine.find();
  EXPECT_EQ(machine.row("").reason, "absent");
  EXPECT_EQ(machine.users(), 0);
}

TEST(LevelZeroHostile, AMissingOrForeignLibraryIsSaid) {
  BoardMachine machine(kLevelZero, kCard);
  const auto find = [&](const char* library) {
    return find_level_zero(
               {.root = machine.root(), .clock = &machine.clock(), .level_zero_library = library},
               {})
        .statuses.front();
  };
  EXPECT_EQ(find("/nowhere/libze_loader.so.1").reason, "lib_missing");
  EXPECT_THAT(find("/nowhere/libze_loader.so.1").remedy, HasSubstr("libze"));
  EXPECT_EQ(find("libm.so.6").reason, "symbol_missing");
}

TEST(LevelZeroHostile, ALoaderThatDoesNotStartSaysWhy) {
  BoardMachine machine(kLevelZero, "init_error 2013265921\n");
  machine.find();
  EXPECT_EQ(machine.row("").reason, "unreadable");
  EXPECT_THAT(machine.row("").detail, HasSubstr("no driver is initialised"));
}

TEST(LevelZeroHostile, ACardWhoseCounterIsForbiddenSaysSo) {
  BoardMachine machine(kLevelZero, kCard + "fail zesPowerGetEnergyCounter 1879113728\n");
  machine.find();
  EXPECT_EQ(machine.row("intel-gpu-0").reason, "eacces");
  EXPECT_FALSE(machine.row("intel-gpu-0").remedy.empty());
}

TEST(LevelZeroHostile, TwoBillionCardsAreCut) {
  BoardMachine machine(kLevelZero, "count 2147483648\n" + kCard);
  machine.find();
  EXPECT_TRUE(machine.row("intel-gpu-0").usable);
  EXPECT_LE(machine.found().statuses.size(), 300U);
}

TEST(LevelZeroHostile, ACounterOfAnythingIsNoEnergy) {
  BoardMachine machine(kLevelZero, kCard + "garbage 1\nendless_name 1\n");
  machine.find();
  for (int i = 2; i < 20; ++i) EXPECT_FALSE(machine.sampled_until(i).back().joules);
  for (const auto& sensor : machine.found().sensors) EXPECT_TRUE(gauges_now(*sensor).empty());
}

}  // namespace
}  // namespace joulemark::sensors
