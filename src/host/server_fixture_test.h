// SPDX-License-Identifier: Apache-2.0
// A quiet server in a folder, for tests of what is read from it.
#pragma once

#include <gmock/gmock.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

namespace joulemark::host {

class Server : public testing::Test {
 public:
  Server() {
    std::string name = (std::filesystem::temp_directory_path() / "joulemark-host-XXXXXX").string();
    root_ = mkdtemp(name.data());
    std::filesystem::permissions(root_, std::filesystem::perms(0755));
  }
  ~Server() override { std::filesystem::remove_all(root_); }

 protected:
  void write(const std::string& file, const std::string& text) const {
    std::filesystem::create_directories((root_ / file).parent_path());
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
  std::filesystem::path root_;
};

}  // namespace joulemark::host
