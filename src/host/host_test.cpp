// SPDX-License-Identifier: Apache-2.0
// Tests of fingerprint and preflight on simulated machines.
#include "host/host.h"

#include <gmock/gmock.h>
#include <sys/fsuid.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <set>

#include "host/kernel_file.h"
#include "host/machine.h"

namespace joulemark::host {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

class Host : public testing::Test {
 public:
  Host() {
    std::string name = (fs::temp_directory_path() / "joulemark-host-XXXXXX").string();
    root_ = mkdtemp(name.data());
    fs::permissions(root_, fs::perms(0755));
  }
  ~Host() override { fs::remove_all(root_); }

 protected:
  void write(const std::string& file, const std::string& text) const {
    fs::create_directories((root_ / file).parent_path());
    std::ofstream(root_ / file) << text;
  }
  /// A quiet server: two sockets, two cores each, two threads a core.
  void write_server() const {
    write("proc/cpuinfo",
          "processor\t: 0\nmodel name\t: Example CPU 9000\ncpu family\t: 6\nmodel\t\t: 143\n"
          "stepping\t: 8\nmicrocode\t: 0x2b\nflags\t\t: fpu avx2 fma avx512f amx_tile\n");
    write("sys/devices/system/cpu/online", "0-3,4-7\n");
    for (int cpu = 0; cpu < 8; ++cpu) {
      const std::string topology =
          "sys/devices/system/cpu/cpu" + std::to_string(cpu) + "/topology/";
      write(topology + "physical_package_id", std::to_string(cpu % 4 / 2) + "\n");
      write(topology + "core_id", std::to_string(cpu % 2) + "\n");
    }
    write("sys/devices/system/cpu/cpu0/cache/index0/level", "1\n");
    write("sys/devices/system/cpu/cpu0/cache/index0/type", "Data\n");
    write("sys/devices/system/cpu/cpu0/cache/index0/size", "48K\n");
    write("sys/devices/system/cpu/cpufreq/policy0/scaling_governor", "performance\n");
    write("sys/devices/system/cpu/cpu0/cpufreq/scaling_governor", "performance\n");
    write("proc/meminfo",
          "MemTotal: 16777216 kB\nMemAvailable: 8388608 kB\nSwapTotal: 0 kB\nSwapFree: 0 kB\n");
    write("proc/loadavg", "0.01 0.5 9.9 1/100 42\n");
    write("proc/sys/kernel/osrelease", "6.1.0\n");
    write("proc/sys/kernel/random/boot_id", "b-1\n");
    write("etc/os-release", "NAME=\"X\"\nPRETTY_NAME=\"Debian 12\"\n");
  }
  std::string fact(const std::string& name) const {
    for (const auto& [key, value] : fingerprint(root_).facts)
      if (key == name) return value;
    return "none given";
  }
  std::vector<std::string> codes() const {
    std::vector<std::string> codes;
    for (const Finding& finding : preflight(root_)) codes.push_back(finding.code);
    return codes;
  }
  Finding only() const {
    const auto all = preflight(root_);
    EXPECT_EQ(all.size(), 1U);
    return all.empty() ? Finding{} : all[0];
  }
  fs::path root_;
};

TEST_F(Host, LastCachesAreCountedOncePerGroupOfProcessors) {
  write_server();
  EXPECT_EQ(last_cache_bytes(root_), 48 << 10);
  for (int cpu = 0; cpu < 8; ++cpu) {
    const std::string cache = "sys/devices/system/cpu/cpu" + std::to_string(cpu) + "/cache/index3/";
    write(cache + "level", "3\n");
    write(cache + "size", "32768K\n");
    write(cache + "shared_cpu_list", cpu < 4 ? "0-3\n" : "4-7\n");
  }
  EXPECT_EQ(last_cache_bytes(root_), std::int64_t{64} << 20);
  for (const char* nonsense : {"", "K", "-1K", "99999999999999999999K", "many"}) {
    for (int cpu = 0; cpu < 8; ++cpu)
      write("sys/devices/system/cpu/cpu" + std::to_string(cpu) + "/cache/index3/size", nonsense);
    EXPECT_FALSE(last_cache_bytes(root_)) << nonsense;
  }
}

TEST_F(Host, FactsAreThoseOfTheFiles) {
  write_server();
  EXPECT_EQ(fact("cpu"), "Example CPU 9000");
  EXPECT_EQ(fact("cpu family, model, stepping"), "6, 143, 8");
  EXPECT_EQ(fact("microcode"), "0x2b");
  EXPECT_EQ(fact("sockets"), "2");
  EXPECT_EQ(fact("cores"), "4");
  EXPECT_EQ(fact("logical cpus"), "8");
  EXPECT_EQ(fact("caches"), "L1d 48K");
  EXPECT_EQ(fact("instruction sets"), "avx2 fma avx512f amx_tile");
  EXPECT_EQ(fact("memory"), "16.0 GiB");
  EXPECT_EQ(fact("distribution"), "Debian 12");
  EXPECT_EQ(fact("governor"), "performance");
  EXPECT_EQ(fact("virtualisation"), "none");
  EXPECT_EQ(fact("cpu limit"), "none given");
}

TEST_F(Host, NumaNodesAreCountedNotRead) {
  write_server();
  write("sys/devices/system/node/online", "0\n");
  EXPECT_EQ(fact("numa nodes"), "none given");
  write("sys/devices/system/node/node0/cpulist", "0-3\n");
  EXPECT_EQ(fact("numa nodes"), "1");
  write("sys/devices/system/node/node1/cpulist", "4-7\n");
  EXPECT_EQ(fact("numa nodes"), "2");
}

TEST_F(Host, KeyIsStableAndChangesWithAnyFact) {
  write_server();
  const std::string key = fingerprint(root_).key;
  EXPECT_EQ(key.size(), 16U);
  EXPECT_EQ(fingerprint(root_).key, key);
  write("proc/sys/kernel/random/boot_id", "b-2\n");
  const std::string other = fingerprint(root_).key;
  EXPECT_NE(other, key);
  write("proc/loadavg", "5 5 5 1/1 1\n");
  EXPECT_EQ(fingerprint(root_).key, other);
}

TEST_F(Host, EmptyMachineStillHasAKey) {
  EXPECT_EQ(fingerprint(root_).key.size(), 16U);
  fs::create_directories(root_ / "sys");
  EXPECT_EQ(only().code, "unseen");
}

TEST_F(Host, QuietServerHasNoFinding) {
  write_server();
  EXPECT_TRUE(preflight(root_).empty());
}

TEST_F(Host, FindingsCarryTheValueAndTheRemedy) {
  write_server();
  write("sys/devices/system/cpu/cpufreq/policy1/scaling_governor", "powersave\n");
  Finding finding = only();
  EXPECT_EQ(finding.code, "governor");
  EXPECT_EQ(finding.severity, "warning");
  EXPECT_THAT(finding.message, HasSubstr("'powersave'"));
  EXPECT_THAT(finding.remedy,
              HasSubstr("/sys/devices/system/cpu/cpufreq/policy*/scaling_governor"));
}

TEST_F(Host, EveryCheckHasAMachineThatTriggersIt) {
  const std::string cpu = "sys/devices/system/cpu/";
  const std::vector<std::vector<std::string>> cases = {
      {"governor", cpu + "cpufreq/policy0/scaling_governor", "schedutil\n"},
      {"boost", cpu + "cpufreq/boost", "1\n"},
      {"boost", cpu + "intel_pstate/no_turbo", "0\n"},
      {"smt", cpu + "smt/active", "1\n"},
      {"load", "proc/loadavg", "2.50 1 1 1/1 1\n"},
      {"memory", "proc/meminfo", "MemTotal: 1000000 kB\nMemAvailable: 50000 kB\n"},
      {"swap", "proc/meminfo", "SwapTotal: 4000000 kB\nSwapFree: 1000000 kB\n"},
      {"vm", "proc/cpuinfo", "flags\t\t: fpu hypervisor\n"},
      {"few_cores", cpu + "online", "0\n"},
      {"throttling", cpu + "cpu3/thermal_throttle/core_throttle_count", "17\n"},
      {"battery", "sys/class/power_supply/AC/online", "0\n"},
      {"clocksource", "sys/devices/system/clocksource/clocksource0/current_clocksource", "hpet\n"},
  };
  std::set<std::string> seen;
  for (const auto& one : cases) {
    fs::remove_all(root_);
    write_server();
    write("sys/class/power_supply/AC/type", "Mains\n");
    write("sys/class/power_supply/AC/online", "1\n");
    ASSERT_TRUE(preflight(root_).empty());
    write(one[1], one[2]);
    EXPECT_EQ(codes(), std::vector<std::string>{one[0]}) << one[1];
    seen.insert(one[0]);
  }
  seen.insert({"cpu_quota", "energy_permission", "unseen"});  // have tests of their own
  for (const Check& check : check_table()) EXPECT_EQ(seen.count(check.code), 1U) << check.code;
}

TEST_F(Host, TightestQuotaOfTheCgroupsAroundCounts) {
  write_server();
  write("proc/self/cgroup", "0::/a/b\n");
  write("sys/fs/cgroup/cpu.max", "max 100000\n");
  write("sys/fs/cgroup/a/cpu.max", "150000 100000\n");
  write("sys/fs/cgroup/a/b/cpu.max", "800000 100000\n");
  write("sys/fs/cgroup/a/memory.max", "1073741824\n");
  EXPECT_EQ(read_cgroup_limits(root_).cpus, 1.5);
  EXPECT_EQ(read_cgroup_limits(root_).memory_bytes, 1 << 30);
  EXPECT_EQ(only().code, "cpu_quota");
  EXPECT_THAT(only().message, HasSubstr("1.50 CPUs"));
  EXPECT_EQ(fact("memory limit"), "1.0 GiB");
}

TEST_F(Host, QuotaOfTheFirstCgroupVersionCounts) {
  write("proc/self/cgroup", "5:cpu,cpuacct:/x\n4:memory:/x\n0::/\n");
  write("sys/fs/cgroup/cpu/x/cpu.cfs_quota_us", "50000\n");
  write("sys/fs/cgroup/cpu/x/cpu.cfs_period_us", "100000\n");
  write("sys/fs/cgroup/memory/x/memory.limit_in_bytes", "9223372036854771712\n");
  EXPECT_EQ(read_cgroup_limits(root_).cpus, 0.5);
  EXPECT_FALSE(read_cgroup_limits(root_).memory_bytes.has_value());
}

TEST_F(Host, DeniedEnergyCountersAreAWarningWithTheCommand) {
  write("sys/class/powercap/intel-rapl:0/energy_uj", "1\n");
  fs::permissions(root_ / "sys/class/powercap/intel-rapl:0/energy_uj", fs::perms::none);
  const bool is_root = geteuid() == 0;
  if (is_root) setfsuid(65534);  // a root's rights would read it all the same
  const auto findings = preflight(root_);
  if (is_root) setfsuid(0);
  ASSERT_EQ(findings.size(), 1U);
  EXPECT_EQ(findings[0].code, "energy_permission");
  EXPECT_EQ(findings[0].remedy,
            "sudo chmod a+r " + (root_ / "sys/class/powercap").string() + "/intel-rapl*/energy_uj");
}

TEST_F(Host, GarbageIsLeftOut) {
  for (const char* file :
       {"proc/cpuinfo", "proc/meminfo", "proc/loadavg", "sys/devices/system/cpu/online",
        "proc/self/cgroup", "etc/os-release", "sys/devices/system/cpu/cpufreq/boost"})
    write(file, std::string("\0:::,-,9-1,99999999999-2 \xff\xfe :\n:", 31));
  EXPECT_TRUE(preflight(root_).empty());
  EXPECT_EQ(fact("memory"), "none given");
  EXPECT_EQ(fact("logical cpus"), "none given");
}

TEST(KernelFile, NumbersAreNumbersOnly) {
  EXPECT_EQ(parse_number<int>(" 42\n"), 42);
  for (const char* text : {"", " ", "4 2", "4x", "0x4", "99999999999"})
    EXPECT_FALSE(parse_number<int>(text)) << text;
}

TEST(RealMachine, FingerprintHasACpuAndAKernel) {
  const HostFingerprint host = fingerprint("/");
  const auto has = [&](const std::string& name) {
    return std::any_of(host.facts.begin(), host.facts.end(),
                       [&](const auto& fact) { return fact.first == name; });
  };
  EXPECT_TRUE(has("kernel"));
  EXPECT_TRUE(has("memory"));
  EXPECT_TRUE(has("joulemark"));
}

}  // namespace
}  // namespace joulemark::host
