// SPDX-License-Identifier: Apache-2.0
#include "sensors/window/machine_look.h"

#include <gtest/gtest.h>

#include "sensors/tree_machine_test.h"

namespace joulemark::sensors {
namespace {

/// A board that tells its state only where it is asked outside of its usual pace.
class Board final : public Sensor {
 public:
  [[nodiscard]] std::string name() const override { return "nvml"; }
  [[nodiscard]] double update_period_s() const override { return 0.1; }
  [[nodiscard]] double resolution_j() const override { return 1e-3; }
  [[nodiscard]] double max_read_interval_s() const override { return 1000; }
  [[nodiscard]] std::vector<GaugeLine> gauge_lines() const override {
    return {{"gpu-0 temperature", "°C"},
            {"gpu-0 board power", "W"},
            {"gpu-0 SM clock", "MHz"},
            {"gpu-0 throttle", ""}};
  }
  void look_at_gauges(std::span<std::optional<double>> values) override {
    values[0] = celsius;
    values[1] = 300;
    values[2] = 1980;
    values[3] = reasons;
  }
  void read_into(std::vector<CounterReading>& readings) override { readings.clear(); }
  [[nodiscard]] std::vector<Energy> energies(const std::vector<CounterReading>&,
                                             const std::vector<CounterReading>&) const override {
    return {};
  }
  std::optional<double> celsius = 71;
  std::optional<double> reasons = 0;
};

class MachineEyeTest : public ::testing::Test {
 protected:
  MachineLook look(BoardClocks clocks = BoardClocks::kLeftOut) {
    return MachineEye(machine_.root(), sensors_, clocks).look(5);
  }
  Board& add_board() {
    auto board = std::make_unique<Board>();
    Board& borrowed = *board;
    sensors_.push_back(std::move(board));
    return borrowed;
  }
  void heat(const char* text) {
    machine_.put("sys/class/hwmon/hwmon0/name", "k10temp");
    machine_.put("sys/class/hwmon/hwmon0/temp1_input", text);
  }
  TreeMachine machine_;
  std::vector<std::unique_ptr<Sensor>> sensors_;
};

TEST_F(MachineEyeTest, AnEmptyMachineTellsNothing) {
  const MachineLook seen = look(BoardClocks::kLookedAt);
  EXPECT_EQ(seen.at, 5);
  EXPECT_FALSE(seen.temperature_c);
  EXPECT_TRUE(seen.clocks_mhz.empty());
  EXPECT_FALSE(seen.throttles);
  EXPECT_FALSE(seen.board_is_slowed);
}

TEST_F(MachineEyeTest, TheProcessorIsReadAnewEachTime) {
  heat("55000");
  machine_.put("sys/devices/system/cpu/cpufreq/policy0/scaling_cur_freq", "2400000");
  machine_.put("sys/devices/system/cpu/cpufreq/policy1/scaling_cur_freq", "3000000");
  machine_.put("sys/devices/system/cpu/cpu0/thermal_throttle/core_throttle_count", "2");
  machine_.put("sys/devices/system/cpu/cpu1/thermal_throttle/core_throttle_count", "5");
  MachineEye eye(machine_.root(), sensors_, BoardClocks::kLeftOut);
  EXPECT_DOUBLE_EQ(*eye.look(0).temperature_c, 55);
  EXPECT_EQ(eye.look(0).clocks_mhz, std::vector<std::optional<double>>{2700.0});
  EXPECT_EQ(eye.look(0).throttles, 7);
  heat("56500");
  machine_.put("sys/devices/system/cpu/cpu1/thermal_throttle/core_throttle_count", "6");
  EXPECT_DOUBLE_EQ(*eye.look(0).temperature_c, 56.5);
  EXPECT_EQ(eye.look(0).throttles, 8);
}

TEST_F(MachineEyeTest, TheHottestPartCounts) {
  heat("55000");
  Board& board = add_board();
  EXPECT_EQ(look().temperature_c, 71);
  board.celsius = 40;
  EXPECT_EQ(look().temperature_c, 55);
  board.celsius = std::nullopt;
  EXPECT_EQ(look().temperature_c, 55);
}

TEST_F(MachineEyeTest, ClocksOfBoardsAreThereWhereTheyAreAskedFor) {
  add_board();
  EXPECT_TRUE(look(BoardClocks::kLeftOut).clocks_mhz.empty());
  EXPECT_EQ(look(BoardClocks::kLookedAt).clocks_mhz, std::vector<std::optional<double>>{1980.0});
}

TEST_F(MachineEyeTest, HeatAndPowerSupplySlowABoardAndItsPowerLimitDoesNot) {
  Board& board = add_board();
  for (const auto& [reasons, slowed] : {std::pair(0.0, false),
                                        {4.0, false},
                                        {0x8, true},
                                        {0x20, true},
                                        {0x40, true},
                                        {0x84, true},
                                        {-1.0, false},
                                        {1e300, false}}) {
    board.reasons = reasons;
    EXPECT_EQ(look().board_is_slowed, slowed) << reasons;
  }
}

}  // namespace
}  // namespace joulemark::sensors
