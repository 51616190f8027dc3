// SPDX-License-Identifier: Apache-2.0
// Every finding has a machine that shows it, and a quiet server shows none.
#include "host/preflight/preflight.h"

#include <algorithm>
#include <functional>
#include <set>

#include "base/file.h"
#include "host/preflight/finding_table.h"
#include "host/server_fixture_test.h"

namespace joulemark::host {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

/// Stands still but for sleeps, and calls `meanwhile` in the first one.
class StillClock final : public Clock {
 public:
  Nanoseconds now() override { return now_ += step; }
  void sleep_until(Nanoseconds deadline) override {
    now_ = std::max(now_, deadline);
    if (meanwhile) meanwhile();
  }
  std::function<void()> meanwhile;
  Nanoseconds step = 0;  ///< what a look at it takes

 private:
  Nanoseconds now_ = kNanosecondsPerSecond;
};

class PreflightTest : public Server {
 protected:
  Findings findings() {
    Preflight preflight({.root = root_, .places = places_, .system = system_}, clock_);
    return preflight.look_again();
  }
  std::vector<std::string> codes() {
    std::vector<std::string> codes;
    for (const Finding& finding : findings()) codes.push_back(finding.code);
    return codes;
  }
  Finding only() {
    const Findings all = findings();
    EXPECT_EQ(all.size(), 1U);
    return all.empty() ? Finding{} : all[0];
  }
  /// Between the two looks.
  void then_write(const std::string& file, const std::string& text) {
    clock_.meanwhile = [this, file, text] { write(file, text); };
  }

  StillClock clock_;
  std::vector<Place> places_;
  DiskState disk_{.device = 1, .free_bytes = std::uintmax_t{1} << 40};
  std::optional<bool> synchronised_ = true;
  SystemFacts system_{.disk = [this](const std::filesystem::path&) { return std::optional(disk_); },
                      .clock_is_synchronised = [this] { return synchronised_; }};
};

TEST_F(PreflightTest, QuietServerHasNoFinding) {
  write_server();
  EXPECT_THAT(codes(), IsEmpty());
}

TEST_F(PreflightTest, AMachineThatCannotBeSeenIsNotCalledQuiet) {
  EXPECT_THAT(codes(), ElementsAre("unseen"));
}

TEST_F(PreflightTest, FindingsCarryTheValueTheReasonAndTheRemedy) {
  write_server();
  write("sys/devices/system/cpu/cpufreq/policy1/scaling_governor", "powersave\n");
  const Finding finding = only();
  EXPECT_EQ(finding.code, "governor");
  EXPECT_EQ(finding.severity, Severity::kWarning);
  EXPECT_THAT(finding.message, HasSubstr("'powersave' for 1 of 2 policies"));
  EXPECT_THAT(finding.why, HasSubstr("what ran before"));
  EXPECT_THAT(finding.remedy,
              HasSubstr("/sys/devices/system/cpu/cpufreq/policy*/scaling_governor"));
}

struct Case {
  std::string code;
  std::string file;
  std::string text;
};

const std::string kCpu = "sys/devices/system/cpu/";
const Case kCases[] = {
    {"governor", kCpu + "cpufreq/policy0/scaling_governor", "schedutil\n"},
    {"energy_preference", kCpu + "cpufreq/policy0/energy_performance_preference", "power\n"},
    {"frequency_limit", kCpu + "intel_pstate/max_perf_pct", "60\n"},
    {"frequency_driver", kCpu + "amd_pstate/status", "passive\n"},
    {"boost", kCpu + "cpufreq/boost", "1\n"},
    {"boost", kCpu + "intel_pstate/no_turbo", "0\n"},
    {"smt", kCpu + "smt/active", "1\n"},
    {"load", "proc/loadavg", "2.50 1 1 1/1 1\n"},
    {"memory", "proc/meminfo", "MemTotal: 1000000 kB\nMemAvailable: 50000 kB\n"},
    {"swap", "proc/meminfo", "SwapTotal: 4000000 kB\nSwapFree: 1000000 kB\n"},
    {"huge_pages", "sys/kernel/mm/transparent_hugepage/enabled", "[always] madvise never\n"},
    {"vm", "proc/cpuinfo", "flags\t\t: fpu hypervisor\n"},
    {"few_cores", kCpu + "online", "0\n"},
    {"cpu_set", "proc/self/status", "Name:\tjoulemark\nCpus_allowed_list:\t0-2\n"},
    {"throttling", kCpu + "cpu3/thermal_throttle/core_throttle_count", "17\n"},
    {"battery", "sys/class/power_supply/AC/online", "0\n"},
    {"power_profile", "sys/firmware/acpi/platform_profile", "low-power\n"},
    {"clocksource", "sys/devices/system/clocksource/clocksource0/current_clocksource", "hpet\n"},
};

TEST_F(PreflightTest, EveryFileThatTellsOfSomethingMakesItsFinding) {
  for (const Case& one : kCases) {
    std::filesystem::remove_all(root_);
    write_server();
    write("sys/class/power_supply/AC/type", "Mains\n");
    write("sys/class/power_supply/AC/online", "1\n");
    ASSERT_THAT(codes(), IsEmpty());
    write(one.file, one.text);
    EXPECT_THAT(codes(), ElementsAre(one.code)) << one.file;
  }
}

TEST_F(PreflightTest, AFrequencyThatIsFixedIsNoLimit) {
  write_server();
  const std::string policy = kCpu + "cpufreq/policy0/";
  write(policy + "cpuinfo_max_freq", "3700000\n");
  write(policy + "scaling_max_freq", "2000000\n");
  write(policy + "scaling_min_freq", "800000\n");
  EXPECT_EQ(only().code, "frequency_limit");
  EXPECT_THAT(only().message, HasSubstr("2000 of 3700 MHz for 1 of 1 policies"));
  write(policy + "scaling_min_freq", "2000000\n");
  EXPECT_THAT(codes(), IsEmpty());
}

TEST_F(PreflightTest, OtherProgramsAreNamedByWhatTheyUseNow) {
  write_server();
  write("proc/loadavg", "9.0 1 1 1/1 1\n");
  write("proc/stat", "cpu  100 0 0 900 0 0 0 0 0 0\ncpu0 0\ncpu1 0\n");
  write("proc/self/stat", "42 (joulemark) S");
  const std::string rest = " S 1 1 1 0 -1 0 0 0 0 0 ";
  write("proc/42/stat", "42 (joulemark)" + rest + "10 0 0 0 20 0 1 0 5 0\n");
  write("proc/77/stat", "77 (a) b\x1b)" + rest + "50 5 0 0 20 0 1 0 6 0\n");
  clock_.meanwhile = [&] {
    write("proc/stat", "cpu  150 0 0 950 0 0 0 0 0 0\ncpu0 0\ncpu1 0\n");
    write("proc/42/stat", "42 (joulemark)" + rest + "20 0 0 0 20 0 1 0 5 0\n");
    write("proc/77/stat", "77 (a) b\x1b)" + rest + "80 5 0 0 20 0 1 0 6 0\n");
  };
  const Finding finding = only();
  EXPECT_EQ(finding.code, "load");
  EXPECT_THAT(finding.message, HasSubstr("use 0.80 of 2 CPUs now: a) b"));
  EXPECT_THAT(finding.message, HasSubstr("(77) 0.60"));
  EXPECT_THAT(finding.message, testing::Not(HasSubstr("\x1b")));
  EXPECT_THAT(finding.message, testing::Not(HasSubstr("joulemark")));
}

TEST_F(PreflightTest, OwnWorkOfTheLastMinuteIsNotCalledDisturbing) {
  write_server();
  write("proc/loadavg", "3.0 1 1 1/1 1\n");
  write("proc/stat", "cpu  100 0 0 900 0 0 0 0 0 0\ncpu0 0\ncpu1 0\n");
  then_write("proc/stat", "cpu  102 0 0 1000 0 0 0 0 0 0\ncpu0 0\ncpu1 0\n");
  const Finding finding = only();
  EXPECT_EQ(finding.code, "load_average");
  EXPECT_EQ(finding.severity, Severity::kInfo);
}

TEST_F(PreflightTest, TimeOfTheHypervisorIsFoundWhereItIsTaken) {
  write_server();
  write("proc/stat", "cpu  100 0 0 900 0 0 0 50 0 0\ncpu0 0\n");
  then_write("proc/stat", "cpu  100 0 0 990 0 0 0 60 0 0\ncpu0 0\n");
  const Finding finding = only();
  EXPECT_EQ(finding.code, "steal");
  EXPECT_THAT(finding.message, HasSubstr("10 %"));
}

TEST_F(PreflightTest, WhatHappensNowIsToldFromWhatHasHappened) {
  write_server();
  const std::string throttles = kCpu + "cpu0/thermal_throttle/core_throttle_count";
  write(throttles, "17\n");
  then_write(throttles, "20\n");
  EXPECT_EQ(only().code, "throttling_now");
  std::filesystem::remove_all(root_);
  write_server();
  write("proc/vmstat", "pswpin 10\npswpout 20\n");
  then_write("proc/vmstat", "pswpin 12\npswpout 20\n");
  EXPECT_EQ(only().code, "swapping");
  std::filesystem::remove_all(root_);
  write_server();
  write("proc/pressure/io", "some avg10=0.00 avg60=0.00 avg300=0.00 total=1000\n");
  then_write("proc/pressure/io", "some avg10=0.00 avg60=0.00 avg300=0.00 total=126000\n");
  EXPECT_EQ(only().code, "pressure");
  clock_.meanwhile = nullptr;
  EXPECT_THAT(codes(), IsEmpty());
}

TEST_F(PreflightTest, AZoneNearItsTripPointIsHot) {
  write_server();
  const std::string zone = "sys/class/thermal/thermal_zone0/";
  write(zone + "type", "x86_pkg_temp\n");
  write(zone + "temp", "81000\n");
  write(zone + "trip_point_0_type", "active\n");
  write(zone + "trip_point_0_temp", "50000\n");
  write(zone + "trip_point_1_type", "critical\n");
  write(zone + "trip_point_1_temp", "-274000\n");
  write(zone + "trip_point_2_type", "passive\n");
  write(zone + "trip_point_2_temp", "85000\n");
  EXPECT_EQ(only().code, "hot");
  EXPECT_THAT(only().message, HasSubstr("'x86_pkg_temp' is at 81 °C, and its passive trip point"));
  write(zone + "temp", "79000\n");
  EXPECT_THAT(codes(), IsEmpty());
}

TEST_F(PreflightTest, NumaBalancingMattersOnSeveralNodesOnly) {
  write_server();
  write("proc/sys/kernel/numa_balancing", "1\n");
  EXPECT_THAT(codes(), IsEmpty());
  write("sys/devices/system/node/node1/cpulist", "4-7\n");
  EXPECT_THAT(codes(), ElementsAre("numa_balancing"));
}

TEST_F(PreflightTest, OneOfSeveralSuppliesIsEnough) {
  write_server();
  for (const char* supply : {"AC0", "AC1"})
    write(std::string("sys/class/power_supply/") + supply + "/type", "Mains\n");
  write("sys/class/power_supply/AC0/online", "0\n");
  write("sys/class/power_supply/AC1/online", "1\n");
  EXPECT_THAT(codes(), IsEmpty());
}

TEST_F(PreflightTest, TheTightestQuotaOfTheGroupsAroundIsTold) {
  write_server();
  write("proc/self/cgroup", "0::/a/b\n");
  write("sys/fs/cgroup/a/cpu.max", "150000 100000\n");
  write("sys/fs/cgroup/a/b/cpu.max", "800000 100000\n");
  EXPECT_EQ(only().code, "cpu_quota");
  EXPECT_THAT(only().message, HasSubstr("1.50 CPUs"));
}

TEST_F(PreflightTest, AGroupAroundThatIsNearlyFullIsTold) {
  write_server();
  write("proc/self/cgroup", "0::/a/b\n");
  write("sys/fs/cgroup/a/memory.max", "1073741824\n");
  write("sys/fs/cgroup/a/memory.current", "1000000000\n");
  write("sys/fs/cgroup/a/b/memory.max", "max\n");
  write("sys/fs/cgroup/a/b/memory.current", "900000000\n");
  EXPECT_EQ(only().code, "memory_limit");
  EXPECT_THAT(only().message, HasSubstr("953 of the 1024 MiB"));
  write("sys/fs/cgroup/a/memory.stat", "anon 1\ninactive_file 400000000\n");
  EXPECT_THAT(codes(), IsEmpty());
}

TEST_F(PreflightTest, AGroupOfTheFirstVersionCounts) {
  write_server();
  write("proc/self/cgroup", "4:memory:/x\n");
  write("sys/fs/cgroup/memory/x/memory.limit_in_bytes", "1073741824\n");
  write("sys/fs/cgroup/memory/x/memory.usage_in_bytes", "1000000000\n");
  EXPECT_THAT(codes(), ElementsAre("memory_limit"));
}

TEST_F(PreflightTest, ADiskIsComparedWithWhatAllPlacesOnItNeed) {
  write_server();
  constexpr std::uintmax_t kGib = std::uintmax_t{1} << 30;
  places_ = {{"the store", "/s", kGib}, {"the temporary folder", "/t", kGib}};
  disk_.free_bytes = 4 * kGib;
  EXPECT_THAT(codes(), IsEmpty());
  disk_.free_bytes = 3 * kGib;
  EXPECT_THAT(codes(), ElementsAre("disk_low"));
  disk_.free_bytes = kGib + kGib / 2;
  EXPECT_EQ(only().code, "disk_full");
  EXPECT_EQ(only().severity, Severity::kError);
  EXPECT_THAT(only().message, HasSubstr("1536.0 MiB are free in '/s', and about 2048.0 MiB"));
}

TEST_F(PreflightTest, PlacesThatCannotBeWrittenAreErrors) {
  write_server();
  places_ = {{"the store", "/s", 0}};
  disk_.is_read_only = true;
  EXPECT_EQ(only().code, "not_writable");
  EXPECT_THAT(only().message, HasSubstr("read-only"));
  disk_ = {.device = 1, .free_bytes = disk_.free_bytes, .may_write = false};
  EXPECT_THAT(only().message, HasSubstr("may not write"));
}

TEST_F(PreflightTest, AClockThatIsNotSynchronisedIsAFact) {
  write_server();
  synchronised_ = false;
  EXPECT_THAT(codes(), ElementsAre("time_sync"));
  synchronised_.reset();
  EXPECT_THAT(codes(), IsEmpty());
}

TEST_F(PreflightTest, WhatThereIsNoTimeForIsNamed) {
  write_server();
  clock_.step = kNanosecondsPerSecond;
  EXPECT_EQ(only().code, "skipped");
  EXPECT_THAT(only().message, HasSubstr("frequency, processors, control groups, load, memory"));
}

TEST_F(PreflightTest, GarbageIsLeftOut) {
  const std::string garbage("\0:::,-,9-1,99999999999-2 \xff\xfe :\n:", 31);
  const std::string cgroup = "sys/fs/cgroup/";
  for (const std::string& file :
       {std::string("proc/cpuinfo"), std::string("proc/meminfo"), std::string("proc/loadavg"),
        std::string("proc/stat"), std::string("proc/vmstat"), std::string("proc/self/stat"),
        std::string("proc/1/stat"), std::string("proc/pressure/io"), kCpu + "online",
        std::string("proc/self/cgroup"), cgroup + "memory.max", cgroup + "memory.current",
        std::string("proc/self/status"), kCpu + "cpufreq/boost",
        std::string("sys/class/thermal/thermal_zone0/temp"),
        std::string("sys/class/thermal/thermal_zone0/trip_point_0_type")})
    write(file, garbage);
  EXPECT_THAT(codes(), IsEmpty());
}

TEST(FindingTable, CodesAreUniqueAndSayWhatAndWhy) {
  std::set<std::string> seen;
  for (const FindingKind& kind : finding_kinds()) {
    EXPECT_TRUE(seen.insert(kind.code).second) << kind.code;
    EXPECT_NE(std::string(kind.what), "") << kind.code;
    EXPECT_NE(std::string(kind.why), "") << kind.code;
  }
}

TEST(FindingTable, FindingsAreSortedAsItIs) {
  Findings findings = {finding_of("gpu_ecc", "a"), finding_of("load", "b"), finding_of("load", "c"),
                       finding_of("disk_full", "d")};
  sort_findings(findings);
  std::string messages;
  for (const Finding& finding : findings) messages += finding.message;
  EXPECT_EQ(messages, "dbca");
}

TEST(FindingTable, TheManualHoldsIt) {
  const auto manual = read_file(JOULEMARK_SOURCE_DIR "/docs/preflight.md");
  ASSERT_TRUE(manual) << manual.error().message;
  EXPECT_THAT(*manual, HasSubstr(findings_markdown()));
}

}  // namespace
}  // namespace joulemark::host
