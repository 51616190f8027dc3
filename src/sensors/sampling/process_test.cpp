// SPDX-License-Identifier: Apache-2.0
// Tests of the process counters, on files of a simulated machine and on this very process.
#include "sensors/sampling/process.h"

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cstdlib>
#include <cstring>
#include <fstream>
#include <thread>

#include "base/thread_time.h"

namespace joulemark::sensors {
namespace {

namespace fs = std::filesystem;

class ProcessFiles : public testing::Test {
 public:
  ProcessFiles() {
    std::string name = (fs::temp_directory_path() / "joulemark-process-XXXXXX").string();
    root_ = mkdtemp(name.data());
    write("proc/7/stat", stat_line(250, 50, 1000, 3));
    write("proc/7/status", "Name:\tw\nVmHWM:\t  2048 kB\nVmRSS:\t 1024 kB\n");
    write("proc/7/clear_refs", "");
    write("proc/7/task/7/status", switches(10, 1));
  }
  ~ProcessFiles() override { fs::remove_all(root_); }

 protected:
  void write(const std::string& path, const std::string& text) const {
    fs::create_directories((root_ / path).parent_path());
    std::ofstream(root_ / path) << text;
  }
  static std::string stat_line(int user, int system, int minor, int major) {
    return fmt::format("7 (a) b (c) S 1 7 7 0 -1 0 {} 0 {} 0 {} {} 0 0 20 0 4\n", minor, major,
                       user, system);
  }
  static std::string switches(int voluntary, int involuntary) {
    return fmt::format("voluntary_ctxt_switches:\t{}\nnonvoluntary_ctxt_switches:\t{}\n", voluntary,
                       involuntary);
  }
  fs::path root_;
};

TEST_F(ProcessFiles, DifferencesAreThoseOfTheFilesWhateverTheNameHolds) {
  const auto begin = read_process_at_begin(root_, 7);
  ASSERT_TRUE(begin);
  write("proc/7/stat", stat_line(350, 70, 1500, 4));
  write("proc/7/status", "VmHWM:\t  1536 kB\nVmRSS:\t 1024 kB\n");
  write("proc/7/task/7/status", switches(15, 3));
  write("proc/7/task/8/status", switches(100, 20));
  const auto end = read_process(root_, 7);
  ASSERT_TRUE(end);

  const Resources used = resources_between(*begin, *end);
  const double tick = 1.0 / static_cast<double>(sysconf(_SC_CLK_TCK));
  EXPECT_NEAR(*used.cpu_user_s, 100 * tick, 1e-9);
  EXPECT_NEAR(*used.cpu_system_s, 20 * tick, 1e-9);
  EXPECT_NEAR(*used.cpu_s, 120 * tick, 1e-9);
  EXPECT_EQ(used.minor_faults, 500);
  EXPECT_EQ(used.major_faults, 1);
  EXPECT_EQ(used.voluntary_switches, 105);
  EXPECT_EQ(used.involuntary_switches, 22);
  EXPECT_EQ(used.load_peak_rss_bytes, 2048 * 1024);
  EXPECT_EQ(used.peak_rss_bytes, 1536 * 1024);
}

TEST_F(ProcessFiles, CpuTimeWithoutATickIsBelowTheResolutionNotZero) {
  const auto begin = read_process(root_, 7);
  EXPECT_FALSE(resources_between(*begin, *read_process(root_, 7)).cpu_s.has_value());
  write("proc/7/stat", stat_line(250, 51, 1000, 3));
  const double tick = 1.0 / static_cast<double>(sysconf(_SC_CLK_TCK));
  EXPECT_NEAR(*resources_between(*begin, *read_process(root_, 7)).cpu_s, tick, 1e-9);
}

TEST_F(ProcessFiles, PeakOfTheWindowIsEmptyWhereItCannotBeToldFromTheLoadsPeak) {
  const auto begin = read_process(root_, 7);
  const auto end = read_process(root_, 7);
  EXPECT_FALSE(resources_between(*begin, *end).peak_rss_bytes.has_value());
  EXPECT_EQ(resources_between(*begin, *end).load_peak_rss_bytes, 2048 * 1024);
}

TEST_F(ProcessFiles, GarbageIsEmptyNeverZero) {
  for (const char* text : {"", "7", "7 (w", "7 (w) S", "7 (w) S x y z a b c d e f g h i j k l m"}) {
    write("proc/7/stat", text);
    write("proc/7/status", "VmHWM:\t kB\nVmRSS: -3 kB\n");
    const auto counters = read_process(root_, 7);
    ASSERT_TRUE(counters);
    EXPECT_FALSE(counters->cpu_s.has_value()) << text;
    EXPECT_FALSE(counters->minor_faults.has_value()) << text;
    EXPECT_FALSE(counters->peak_rss_bytes.has_value()) << text;
    EXPECT_FALSE(counters->rss_bytes.has_value()) << text;
  }
}

TEST_F(ProcessFiles, MissingProcessIsAFailureWithItsPath) {
  const auto counters = read_process(root_, 99);
  ASSERT_FALSE(counters);
  EXPECT_NE(counters.error().message.find("proc/99/stat': No such file"), std::string::npos)
      << counters.error().message;
}

TEST_F(ProcessFiles, ProcessThatTheRootDoesNotListIsOneOfThisMachine) {
  EXPECT_EQ(process_root(root_, 7), root_);
  EXPECT_EQ(process_root(root_, 99), "/");
}

class Family : public ProcessFiles {
 protected:
  /// 7 has started 8 and 9; 9 has started 10.
  Family() {
    write("proc/7/task/7/children", "8 9 ");
    write("proc/9/task/9/children", "10");
    for (const int pid : {8, 9, 10}) give(pid, 100, 50);
  }
  /// Ticks of its own and of what it has waited for.
  void give(int pid, int ticks, int waited_for) const {
    const std::string folder = fmt::format("proc/{}/", pid);
    write(folder + "stat",
          fmt::format("{} (s) S 1 7 7 0 -1 0 10 0 1 0 {} 0 {} 0 20 0 1\n", pid, ticks, waited_for));
    write(folder + "status", "VmHWM:\t 2048 kB\nVmRSS:\t 1024 kB\n");
    write(folder + "clear_refs", "");
    write(folder + fmt::format("task/{}/status", pid), switches(pid, 1));
  }
};

TEST_F(Family, WhatAProcessStartedIsAddedUpWithoutIt) {
  const auto begin = read_started_at_begin(root_, 7);
  ASSERT_TRUE(begin) << begin.error().message;
  give(8, 110, 50);
  give(10, 100, 80);
  const auto end = read_started(root_, 7);
  ASSERT_TRUE(end);
  const Resources used = resources_between(*begin, *end);
  const double tick = 1.0 / static_cast<double>(sysconf(_SC_CLK_TCK));
  EXPECT_NEAR(*used.cpu_s, 40 * tick, 1e-9);
  EXPECT_EQ(used.peak_rss_bytes, 3 * (2048 << 10));
  EXPECT_EQ(used.voluntary_switches, 0);
  EXPECT_EQ(end->minor_faults, 30);
}

TEST_F(Family, OneThatHasEndedHoldsItsTimesAndNoMemory) {
  write("proc/10/status", "State:\tZ (zombie)\n");
  const auto counters = read_started(root_, 7);
  ASSERT_TRUE(counters);
  EXPECT_EQ(counters->rss_bytes, 2 * (1024 << 10));
  EXPECT_EQ(counters->minor_faults, 30);
}

TEST_F(Family, NothingStartedIsAFailureAndNotZero) {
  EXPECT_FALSE(read_started(root_, 8));
  EXPECT_FALSE(first_child_of(root_, 8));
  EXPECT_EQ(first_child_of(root_, 7), 8);
}

TEST_F(ProcessFiles, CgroupMemoryIsThatOfTheUnifiedHierarchy) {
  write("proc/7/cgroup", "4:memory:/old\n0::/user/joulemark\n");
  write("sys/fs/cgroup/user/joulemark/memory.peak", "12345\n");
  write("sys/fs/cgroup/user/joulemark/memory.max", "max\n");
  write("sys/fs/cgroup/user/joulemark/memory.events", "low 0\noom 1\noom_kill 2\n");
  const CgroupMemory memory = read_cgroup_memory(root_, 7);
  EXPECT_EQ(memory.peak_bytes, 12345);
  EXPECT_FALSE(memory.limit_bytes.has_value());
  EXPECT_EQ(memory.oom_kills, 2);
}

TEST(Process, ThisProcessHasCountersInNanosecondSteps) {
  const auto begin = read_process_at_begin("/", getpid());
  ASSERT_TRUE(begin);
  volatile double sink = 0;
  const double start = *process_cpu_s(getpid());
  while (*process_cpu_s(getpid()) - start < 0.002) sink = sink + 1;
  const auto end = read_process("/", getpid());
  const Resources used = resources_between(*begin, *end);
  EXPECT_GE(*used.cpu_s, 0.002);
  EXPECT_LT(*used.cpu_s, 1.0);
  EXPECT_GT(*used.load_peak_rss_bytes, 1 << 20);
  EXPECT_TRUE(used.voluntary_switches.has_value());
}

// /proc/PID/schedstat tells the first thread's time only.
TEST(Process, TheTimeOfItsOtherThreadsIsCounted) {
  const double begin_s = *process_cpu_s(getpid());
  std::thread([] {
    while (thread_cpu_time() < to_nanoseconds(0.02)) {
    }
  }).join();
  EXPECT_GE(*process_cpu_s(getpid()) - begin_s, 0.02);
}

TEST(Process, ResetGivesTheWindowItsOwnPeak) {
  constexpr std::size_t kLarge = 64 << 20;
  // Straight from the kernel and straight back: an allocator might keep it.
  void* load = mmap(nullptr, kLarge, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  ASSERT_NE(load, MAP_FAILED);
  std::memset(load, 1, kLarge);
  munmap(load, kLarge);
  const auto begin = read_process_at_begin("/", getpid());
  ASSERT_TRUE(begin);
  if (!begin->peak_was_reset) GTEST_SKIP() << "this kernel does not reset the peak";
  const auto end = read_process("/", getpid());
  const Resources used = resources_between(*begin, *end);
  EXPECT_LT(*used.peak_rss_bytes,
            *used.load_peak_rss_bytes - static_cast<std::int64_t>(kLarge) / 2);
}

}  // namespace
}  // namespace joulemark::sensors
