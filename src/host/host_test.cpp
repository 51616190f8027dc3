// SPDX-License-Identifier: Apache-2.0
// Tests of the fingerprint on simulated machines.
#include "host/host.h"

#include <gmock/gmock.h>

#include <algorithm>

#include "host/kernel_file.h"
#include "host/machine.h"
#include "host/server_fixture_test.h"

namespace joulemark::host {
namespace {

namespace fs = std::filesystem;

class Host : public Server {
 protected:
  std::string fact(const std::string& name) const {
    for (const auto& [key, value] : fingerprint(root_).facts)
      if (key == name) return value;
    return "none given";
  }
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

TEST_F(Host, PowerLimitsAreThoseThatAreInForce) {
  write_server();
  EXPECT_EQ(fact("power limits"), "none given");
  const std::string key = fingerprint(root_).key;
  const std::string zone = "sys/class/powercap/intel-rapl:0/";
  write(zone + "name", "package-0\n");
  write(zone + "constraint_0_name", "long_term\n");
  write(zone + "constraint_0_power_limit_uw", "125000000\n");
  write(zone + "constraint_1_name", "short_term\n");
  write(zone + "constraint_1_power_limit_uw", "253000000\n");
  write(zone + "constraint_2_name", "peak_power\n");
  write(zone + "constraint_2_power_limit_uw", "900000000\n");
  write("sys/class/powercap/intel-rapl:0:0/name", "dram\n");
  EXPECT_EQ(fact("power limits"), "package-0 253 W");
  EXPECT_NE(fingerprint(root_).key, key);
  write(zone + "enabled", "0\n");
  EXPECT_EQ(fact("power limits"), "none given");
}

TEST_F(Host, WhatOthersKnowIsAddedAndChangesTheKey) {
  write_server();
  HostFingerprint host = fingerprint(root_);
  const std::string key = host.key;
  add_facts(host, {});
  EXPECT_EQ(host.key, key);
  host.facts.emplace_back(kPowerLimitsFact, power_limit_text("package-0", 253));
  add_facts(host, {{"gpu driver", "NVIDIA 550.54"}, {kPowerLimitsFact, "gpu-0 350 W"}});
  EXPECT_NE(host.key, key);
  EXPECT_EQ(host.facts.back().second, "NVIDIA 550.54");
  EXPECT_EQ(host.facts[host.facts.size() - 2].second, "package-0 253 W, gpu-0 350 W");
}

TEST_F(Host, EmptyMachineStillHasAKey) {
  EXPECT_EQ(fingerprint(root_).key.size(), 16U);
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

TEST_F(Host, GarbageIsLeftOut) {
  for (const char* file :
       {"proc/cpuinfo", "proc/meminfo", "proc/loadavg", "sys/devices/system/cpu/online",
        "proc/self/cgroup", "etc/os-release", "sys/devices/system/cpu/cpufreq/boost"})
    write(file, std::string("\0:::,-,9-1,99999999999-2 \xff\xfe :\n:", 31));
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
