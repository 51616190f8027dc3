// SPDX-License-Identifier: Apache-2.0
// Facts of a window on machines made of files, and on this one.
#include "sensors/window/window_watch.h"

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include "sensors/tree_machine_test.h"

namespace joulemark::sensors {
namespace {

constexpr const char* kGroup = "sys/fs/cgroup/work/";

/// A machine with process 7 in a control group, pressure, temperature and throttle counts.
class WindowWatchTest : public testing::Test {
 public:
  WindowWatchTest() {
    machine_.put("proc/7/cgroup", "0::/work");
    machine_.put("sys/class/hwmon/hwmon0/name", "coretemp");
    show(0, 60'000);
  }

 protected:
  /// Everything after `n` steps, at a temperature in thousandths of a degree.
  void show(int n, int temperature) const {
    const auto at = [n](int begin, int step) { return begin + n * step; };
    machine_.put("proc/7/io", fmt::format("rchar: 9\nread_bytes: {}\nwrite_bytes: {}",
                                          at(4096, 8192), at(0, 512)));
    machine_.put("proc/7/task/7/schedstat", fmt::format("900 {} 3", at(1'000'000, 40'000'000)));
    machine_.put("proc/7/task/8/schedstat", fmt::format("900 {} 3", at(0, 2'000'000)));
    machine_.put(kGroup + std::string("cpu.stat"),
                 fmt::format("usage_usec {}\nuser_usec 1\nnr_periods 8\nnr_throttled {}\n"
                             "throttled_usec {}",
                             at(1'000'000, 500'000), at(3, 2), at(70'000, 30'000)));
    machine_.put(kGroup + std::string("io.stat"),
                 fmt::format("8:0 rbytes={} wbytes={} rios=1\n8:16 rbytes=100 wbytes=7 rios=2",
                             at(1000, 4096), at(0, 100)));
    machine_.put(kGroup + std::string("memory.peak"), fmt::format("{}", at(5'000'000, 1'000'000)));
    for (const char* resource : {"cpu", "memory", "io"})
      machine_.put(fmt::format("proc/pressure/{}", resource),
                   fmt::format("some avg10=1.00 avg60=0.50 avg300=0.10 total={}\n"
                               "full avg10=0.00 avg60=0.00 avg300=0.00 total=5",
                               at(100, 250'000)));
    machine_.put("sys/class/hwmon/hwmon0/temp1_input", fmt::format("{}", temperature));
    for (const char* cpu : {"cpu0", "cpu1"})
      machine_.put(
          fmt::format("sys/devices/system/cpu/{}/thermal_throttle/core_throttle_count", cpu),
          fmt::format("{}", at(10, 3)));
  }
  static double value(const WindowFacts& facts, WindowFact fact) {
    return facts.at(fact).value.value_or(-1);
  }
  static std::string reason(const WindowFacts& facts, WindowFact fact) {
    EXPECT_FALSE(facts.at(fact).value) << key_of(fact);
    return facts.at(fact).reason;
  }
  TreeMachine machine_;
};

TEST_F(WindowWatchTest, FactsAreWhatTheFilesCountedInBetween) {
  const WindowWatch watch(machine_.root(), 7);
  show(1, 71'000);
  const WindowFacts facts = watch.end();
  EXPECT_EQ(value(facts, WindowFact::kReadBytes), 8192);
  EXPECT_EQ(value(facts, WindowFact::kWrittenBytes), 512);
  EXPECT_NEAR(value(facts, WindowFact::kWaitedCpu), 0.042, 1e-12);
  EXPECT_DOUBLE_EQ(value(facts, WindowFact::kGroupCpu), 0.5);
  EXPECT_EQ(value(facts, WindowFact::kGroupThrottles), 2);
  EXPECT_NEAR(value(facts, WindowFact::kGroupThrottled), 0.03, 1e-12);
  EXPECT_EQ(value(facts, WindowFact::kGroupReadBytes), 4096);
  EXPECT_EQ(value(facts, WindowFact::kGroupWrittenBytes), 100);
  for (const WindowFact fact :
       {WindowFact::kPressureCpu, WindowFact::kPressureMemory, WindowFact::kPressureIo})
    EXPECT_NEAR(value(facts, fact), 0.25, 1e-12);
  EXPECT_EQ(value(facts, WindowFact::kTemperatureBegin), 60);
  EXPECT_EQ(value(facts, WindowFact::kTemperatureEnd), 71);
  EXPECT_EQ(value(facts, WindowFact::kThermalThrottles), 6);
  EXPECT_EQ(reason(facts, WindowFact::kTemperatureMax), "not_sampled");
  EXPECT_EQ(reason(facts, WindowFact::kFrequency), "absent");
}

TEST_F(WindowWatchTest, ACountOfNothingIsZeroAndOneThatFellIsAbsent) {
  show(2, 60'000);
  const WindowWatch same(machine_.root(), 7);
  EXPECT_EQ(value(same.end(), WindowFact::kGroupThrottles), 0);
  EXPECT_EQ(reason(same.end(), WindowFact::kGroupCpu), "below_resolution");
  show(1, 60'000);
  const WindowFacts fell = same.end();
  for (const WindowFact fact : {WindowFact::kReadBytes, WindowFact::kGroupCpu,
                                WindowFact::kPressureIo, WindowFact::kThermalThrottles})
    EXPECT_EQ(reason(fell, fact), "reset") << key_of(fact);
}

TEST_F(WindowWatchTest, APeakOfBeforeIsNotThatOfTheWindow) {
  const WindowWatch watch(machine_.root(), 7);
  show(0, 60'000);
  EXPECT_EQ(reason(watch.end(), WindowFact::kGroupPeak), "not_in_window");
  machine_.put(kGroup + std::string("memory.peak"), "7000000");
  EXPECT_EQ(value(watch.end(), WindowFact::kGroupPeak), 7'000'000);
}

TEST_F(WindowWatchTest, WithoutFilesEveryFactIsAbsentWithAReason) {
  const TreeMachine empty;
  empty.put("proc/7/cgroup", "4:memory:/elsewhere");
  const WindowFacts facts = WindowWatch(empty.root(), 7).end();
  for (int fact = 0; fact <= static_cast<int>(WindowFact::kSamplerMissed); ++fact)
    EXPECT_TRUE(facts.contains(static_cast<WindowFact>(fact)));
  EXPECT_TRUE(facts.contains(WindowFact::kSteal) && facts.contains(WindowFact::kForeignCpu));
  for (const auto& [fact, observation] : facts) {
    const bool of_sampler = fact == WindowFact::kSamplerCpu || fact == WindowFact::kSamplerMissed;
    EXPECT_FALSE(observation.value) << key_of(fact);
    EXPECT_EQ(observation.reason, of_sampler ? "not_sampled" : "absent") << key_of(fact);
  }
}

TEST_F(WindowWatchTest, NonsenseIsUnreadable) {
  machine_.put("proc/7/io", "read_bytes: -5\nwrite_bytes: 1 2");
  for (const char* thread : {"7", "8"})
    machine_.put(fmt::format("proc/7/task/{}/schedstat", thread), "0 -1");
  machine_.put("proc/pressure/cpu", "some total=");
  machine_.put("proc/pressure/io", "\x01\xff");
  machine_.put(kGroup + std::string("cpu.stat"),
               "usage_usec 99999999999999999999999\nnr_throttled");
  machine_.put(kGroup + std::string("io.stat"), "8:0 rbytes=many wbytes=");
  machine_.put("sys/class/hwmon/hwmon0/temp1_input", "hot");
  const WindowFacts facts = WindowWatch(machine_.root(), 7).end();
  for (const WindowFact fact :
       {WindowFact::kReadBytes, WindowFact::kWrittenBytes, WindowFact::kWaitedCpu,
        WindowFact::kPressureCpu, WindowFact::kPressureIo, WindowFact::kGroupCpu,
        WindowFact::kGroupReadBytes, WindowFact::kGroupWrittenBytes, WindowFact::kTemperatureBegin,
        WindowFact::kTemperatureEnd})
    EXPECT_EQ(reason(facts, fact), "unreadable") << key_of(fact);
}

TEST_F(WindowWatchTest, AGroupOutsideOfTheTreeIsNotRead) {
  machine_.put("proc/7/cgroup", "0::/../../etc");
  const WindowFacts facts = WindowWatch(machine_.root(), 7).end();
  EXPECT_EQ(reason(facts, WindowFact::kGroupThrottles), "absent");
}

TEST_F(WindowWatchTest, VersionTwoBesideVersionOneHasAFolderOfItsOwn) {
  const std::string folder = "sys/fs/cgroup/unified/";
  machine_.put(folder + "cgroup.controllers", "");
  machine_.put(folder + "work/cpu.stat", "nr_throttled 40");
  const WindowWatch watch(machine_.root(), 7);
  machine_.put(folder + "work/cpu.stat", "nr_throttled 41");
  EXPECT_EQ(value(watch.end(), WindowFact::kGroupThrottles), 1);
}

TEST_F(WindowWatchTest, SamplesOfTheWindowGiveTheMeanFrequencyAndTheHighestTemperature) {
  const std::vector<Series> series = {
      {"cpu frequency", "MHz", {{5, 9000}, {10, 2000}, {20, 3000}, {21, 9000}}},
      {"cpu temperature", "°C", {{5, 99}, {15, 75}}}};
  const WindowWatch watch(machine_.root(), 7);
  show(1, 80'000);
  WindowFacts facts = watch.end();
  add_samples(facts, series, {10, 20});
  EXPECT_EQ(value(facts, WindowFact::kFrequency), 2500);
  EXPECT_EQ(value(facts, WindowFact::kTemperatureMax), 80);
}

TEST_F(WindowWatchTest, WhatTheSamplerCostIsAShareOfItsTime) {
  WindowFacts facts = WindowWatch(machine_.root(), 7).end();
  add_cost(facts, {});
  EXPECT_EQ(reason(facts, WindowFact::kSamplerCpu), "not_sampled");
  EXPECT_EQ(reason(facts, WindowFact::kSamplerMissed), "not_sampled");
  add_cost(facts, {.cpu_s = 0.01, .sampled_s = 5, .ticks = 50, .missed_ticks = 2});
  EXPECT_DOUBLE_EQ(value(facts, WindowFact::kSamplerCpu), 0.2);
  EXPECT_EQ(value(facts, WindowFact::kSamplerMissed), 2);
}

TEST(WindowWatch, OnThisMachineAProcessThatWritesIsSeen) {
  if (access("/proc/self/io", R_OK) != 0) GTEST_SKIP() << "no input and output of processes";
  const WindowWatch watch("/", getpid());
  char name[] = "joulemark-window-XXXXXX";
  const int file = mkstemp(name);
  ASSERT_GE(file, 0);
  const std::string block(1 << 20, 'x');
  ASSERT_EQ(write(file, block.data(), block.size()), static_cast<ssize_t>(block.size()));
  ASSERT_EQ(fsync(file), 0);
  const WindowFacts facts = watch.end();
  close(file);
  unlink(name);
  const Observation& written = facts.at(WindowFact::kWrittenBytes);
  // A file system in memory writes to no storage.
  EXPECT_TRUE(written.value == 0.0 || written.value >= 1 << 20) << written.reason;
  for (const auto& [fact, observation] : facts)
    EXPECT_NE(observation.value.has_value(), !observation.reason.empty()) << key_of(fact);
}

}  // namespace
}  // namespace joulemark::sensors
