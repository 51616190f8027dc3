// SPDX-License-Identifier: Apache-2.0
// The checks: each looks at one thing and says what it means for a measurement.
#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <optional>
#include <set>

#include "host/host.h"
#include "host/kernel_file.h"
#include "host/machine.h"

namespace joulemark::host {
namespace {

namespace fs = std::filesystem;
using Findings = std::vector<Finding>;

constexpr const char* kInfo = "info";
constexpr const char* kWarning = "warning";

fs::path cpu_folder(const fs::path& root) {
  return root / "sys/devices/system/cpu";
}

/// Where neither is there, the other checks find nothing because they see nothing.
Findings check_visible(const fs::path& root) {
  if (!entries_of(root / "sys", "").empty() || !entries_of(root / "proc", "").empty()) return {};
  return {{"unseen", kWarning,
           fmt::format("nothing of this machine can be seen: '{}' holds neither sys nor proc",
                       root.string()),
           "give --root a folder that holds them, or mount /proc and /sys"}};
}

Findings check_governor(const fs::path& root) {
  std::set<std::string> others;
  for (const fs::path& policy : entries_of(cpu_folder(root) / "cpufreq", "policy")) {
    const auto governor = read_small(policy / "scaling_governor");
    if (governor && *governor != "performance") others.insert(*governor);
  }
  if (others.empty()) return {};
  return {{"governor", kWarning,
           fmt::format("the frequency governor is '{}', so speed depends on what ran before",
                       *others.begin()),
           fmt::format("echo performance | sudo tee {}/policy*/scaling_governor",
                       (cpu_folder(root) / "cpufreq").string())}};
}

Findings check_boost(const fs::path& root) {
  const fs::path amd = cpu_folder(root) / "cpufreq/boost";
  const fs::path intel = cpu_folder(root) / "intel_pstate/no_turbo";
  const char* message = "frequency boost is on, so speed depends on temperature and on idle cores";
  if (read_number<int>(amd) == 1)
    return {{"boost", kInfo, message, fmt::format("echo 0 | sudo tee {}", amd.string())}};
  if (read_number<int>(intel) == 0)
    return {{"boost", kInfo, message, fmt::format("echo 1 | sudo tee {}", intel.string())}};
  return {};
}

Findings check_smt(const fs::path& root) {
  if (read_number<int>(cpu_folder(root) / "smt/active") != 1) return {};
  return {{"smt", kInfo,
           "two threads share a core (SMT), so neighbouring CPUs slow each other down",
           "set affinity to one CPU of each core, or: echo off | sudo tee " +
               (cpu_folder(root) / "smt/control").string()}};
}

Findings check_load(const fs::path& root) {
  constexpr double kQuiet = 0.5;
  const auto text = read_small(root / "proc/loadavg");
  if (!text) return {};
  const auto load = parse_number<double>(std::string_view(*text).substr(0, text->find(' ')));
  if (!load || *load < kQuiet) return {};
  return {{"load", kWarning,
           fmt::format("the machine is busy: load average {:.2f} over the last minute", *load),
           "end other work (see 'top'), and wait a minute"}};
}

Findings check_memory(const fs::path& root) {
  constexpr double kLittle = 0.1;
  const auto text = read_small(root / "proc/meminfo");
  if (!text) return {};
  Findings findings;
  const auto total = kibibyte_line(*text, "MemTotal:");
  const auto available = kibibyte_line(*text, "MemAvailable:");
  if (total && available && static_cast<double>(*available) < kLittle * static_cast<double>(*total))
    findings.push_back({"memory", kWarning,
                        fmt::format("only {} MiB of memory are available", *available >> 20),
                        "end programs that hold memory"});
  return findings;
}

Findings check_swap(const fs::path& root) {
  constexpr long long kMuch = 64LL << 20;
  const auto text = read_small(root / "proc/meminfo");
  if (!text) return {};
  const auto total = kibibyte_line(*text, "SwapTotal:");
  const auto free = kibibyte_line(*text, "SwapFree:");
  if (!total || !free || *total - *free < kMuch) return {};
  return {{"swap", kWarning,
           fmt::format("{} MiB are swapped out, so memory is or was short", (*total - *free) >> 20),
           "sudo swapoff -a"}};
}

Findings check_vm(const fs::path& root) {
  if (!is_virtual_machine(root)) return {};
  return {{"vm", kInfo,
           "this is a virtual machine: its neighbours share the processor, and energy counters are "
           "usually missing",
           "measure on the bare machine where the numbers must be exact"}};
}

Findings check_quota(const fs::path& root) {
  const auto cpus = read_cgroup_limits(root).cpus;
  if (!cpus) return {};
  return {{"cpu_quota", kWarning,
           fmt::format("this container may use {:.2f} CPUs and is stopped for the rest of each "
                       "period, which distorts latencies",
                       *cpus),
           "start it without a CPU quota (docker: without --cpus), or pin it (--cpuset-cpus)"}};
}

Findings check_cores(const fs::path& root) {
  constexpr int kFew = 2;
  const int cpus = read_processors(root).logical;
  if (cpus == 0 || cpus > kFew) return {};
  return {{"few_cores", kInfo,
           fmt::format("there {} only {} CPU{}, so joulemark itself runs beside the model",
                       cpus == 1 ? "is" : "are", cpus, cpus == 1 ? "" : "s"),
           ""}};
}

Findings check_throttling(const fs::path& root) {
  long long events = 0;
  for (const fs::path& cpu : entries_of(cpu_folder(root), "cpu"))
    for (const char* file : {"core_throttle_count", "package_throttle_count"})
      events =
          std::max(events, read_number<long long>(cpu / "thermal_throttle" / file).value_or(0));
  if (events == 0) return {};
  return {{"throttling", kWarning,
           fmt::format("the processor has slowed down for heat {} times since boot", events),
           "mend the cooling, or lower the load"}};
}

Findings check_battery(const fs::path& root) {
  for (const fs::path& supply : entries_of(root / "sys/class/power_supply", ""))
    if (read_small(supply / "type").value_or("") == "Mains" &&
        read_number<int>(supply / "online") == 0)
      return {{"battery", kWarning, "the machine runs on its battery and may save power",
               "plug it in"}};
  return {};
}

Findings check_clocksource(const fs::path& root) {
  const auto source =
      read_small(root / "sys/devices/system/clocksource/clocksource0/current_clocksource");
  if (!source) return {};
  for (const char* fast : {"tsc", "kvm-clock", "hyperv_clocksource_tsc_page", "arch_sys_counter"})
    if (*source == fast) return {};
  return {{"clocksource", kWarning,
           fmt::format("the kernel's clock is '{}', where reading the time is slow", *source),
           "boot with tsc=reliable where the processor's counter is sound"}};
}

Findings check_energy(const fs::path& root) {
  for (const fs::path& zone : entries_of(root / "sys/class/powercap", "intel-rapl:")) {
    const auto counter = read_small(zone / "energy_uj");
    if (!counter && (counter.error() == EACCES || counter.error() == EPERM))
      return {{"energy_permission", kWarning,
               fmt::format("the energy counters exist, but '{}' may not be read",
                           (zone / "energy_uj").string()),
               powercap_remedy(root)}};
  }
  return {};
}

}  // namespace

const std::vector<Check>& check_table() {
  static const std::vector<Check> table = {
      {"unseen", "whether /sys and /proc are there at all", check_visible},
      {"energy_permission", "the right to read the energy counters", check_energy},
      {"governor", "the frequency governor of every CPU", check_governor},
      {"boost", "frequency boost", check_boost},
      {"smt", "threads that share a core", check_smt},
      {"load", "other work on the machine", check_load},
      {"memory", "available memory", check_memory},
      {"swap", "memory that is swapped out", check_swap},
      {"vm", "virtualisation", check_vm},
      {"cpu_quota", "CPU quota of the cgroup", check_quota},
      {"few_cores", "number of CPUs", check_cores},
      {"throttling", "slow-downs for heat since boot", check_throttling},
      {"battery", "power supply", check_battery},
      {"clocksource", "the kernel's clock", check_clocksource},
  };
  return table;
}

std::vector<Finding> preflight(const fs::path& root) {
  Findings all;
  for (const Check& check : check_table()) {
    Findings found = check.run(root);
    std::move(found.begin(), found.end(), std::back_inserter(all));
  }
  return all;
}

}  // namespace joulemark::host
