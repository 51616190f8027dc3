// SPDX-License-Identifier: Apache-2.0
#include "host/preflight/finding_table.h"

#include <fmt/format.h>

#include <algorithm>
#include <cassert>
#include <utility>

namespace joulemark::host {
namespace {

constexpr Severity kInfo = Severity::kInfo;
constexpr Severity kWarning = Severity::kWarning;
constexpr Severity kError = Severity::kError;

// clang-format off
constexpr FindingKind kKinds[] = {
    {"unseen", kWarning, "whether /sys and /proc are there at all",
     "nothing that disturbs can be found"},
    {"skipped", kInfo, "what there was no time to look at",
     "what was not looked at may disturb"},

    {"not_writable", kError, "the right to write to the store's folder and the temporary folder",
     "no trial can be kept"},
    {"disk_full", kError, "free space, against an estimate of what the plan writes",
     "the experiment ends when the disk is full"},
    {"disk_low", kWarning, "free space that is less than twice that estimate, or than 256 MiB",
     "other programs may fill the disk before the end"},

    {"governor", kWarning, "the frequency governor of every CPU",
     "the speed of a call depends on what ran before it"},
    {"energy_preference", kWarning, "the energy performance preference of every CPU",
     "the processor trades speed for power as it likes"},
    {"frequency_limit", kWarning, "a highest frequency below that of the hardware, unless it is fixed",
     "something that saves power holds the processor back, and may let go"},
    {"frequency_driver", kInfo, "the mode of amd_pstate and intel_pstate",
     "who chooses the frequency, the kernel or the processor, decides how fast it follows the load"},
    {"boost", kInfo, "frequency boost",
     "the speed depends on temperature and on how many cores are idle"},
    {"smt", kInfo, "threads that share a core",
     "neighbouring CPUs slow each other down"},
    {"few_cores", kInfo, "the number of CPUs",
     "joulemark itself runs beside the model"},
    {"cpu_set", kInfo, "the CPUs that this process may run on",
     "engines that count the CPUs of the machine start too many threads"},
    {"cpu_quota", kWarning, "the CPU quota of the cgroup and of those around it",
     "the process is stopped for the rest of each period, which distorts latencies"},

    {"load", kWarning, "other work on the machine, now",
     "it takes time and power, which are counted"},
    {"load_average", kInfo, "other work over the last minute",
     "what works at intervals may not have been seen"},
    {"steal", kWarning, "time that the hypervisor gave to others, now",
     "calls last as long as the neighbours let them"},
    {"pressure", kWarning, "time in which tasks waited for memory or disk, now (PSI)",
     "the measured process will wait, too"},

    {"memory", kWarning, "available memory",
     "models that do not fit are swapped out or killed"},
    {"memory_limit", kWarning, "memory limits of the cgroup and of those around it, against what is used",
     "the measured process is slowed down or killed at the limit"},
    {"swap", kWarning, "memory that is swapped out",
     "memory is or was short, and what comes back in disturbs"},
    {"swapping", kWarning, "pages that are swapped, now",
     "calls wait for the disk"},
    {"numa_balancing", kInfo, "automatic NUMA balancing, on several nodes",
     "the kernel unmaps pages at intervals to see who uses them, which makes single calls slow"},
    {"huge_pages", kInfo, "transparent huge pages for all memory",
     "memory used and time to the first call depend on whether huge pages were free"},

    {"throttling", kInfo, "slow-downs for heat since boot",
     "the cooling does not suffice for every load"},
    {"throttling_now", kWarning, "slow-downs for heat, now",
     "the processor is slower than it will be when it is cool"},
    {"hot", kWarning, "thermal zones within 5 °C of a trip point",
     "the processor will slow down under load"},

    {"battery", kWarning, "whether the machine runs on its battery",
     "it may save power"},
    {"power_profile", kWarning, "a platform profile that saves power",
     "the firmware lowers the power limits"},
    {"vm", kInfo, "virtualisation",
     "neighbours share the processor, and energy counters are usually missing"},
    {"clocksource", kWarning, "the kernel's clock",
     "reading the time is slow, which adds to short calls"},
    {"time_sync", kInfo, "whether the machine's clock is synchronised",
     "time stamps of other machines and meters do not fit; durations are not affected"},

    {"sensor_permission", kWarning, "energy sensors that are there and may not be read",
     "energy is not measured, or not all of it"},
    {"calibration_idle", kWarning, "calibrations (`doctor --calibration`) of sensors that are not read",
     "joules are not corrected as they were meant to be"},
    {"gpu_shared", kWarning, "other processes on a GPU",
     "their energy is counted, and they take its time"},
    {"gpu_persistence", kWarning, "persistence mode of NVIDIA GPUs",
     "the driver unloads between processes, which makes the load phase slow and power jump"},
    {"gpu_power_limit", kWarning, "a power limit below the board's default",
     "the board is slower than others of its kind"},
    {"gpu_throttling", kWarning, "slow-downs of a GPU for heat or power supply, now",
     "the board is slower than it will be"},
    {"gpu_clocks", kInfo, "application clocks at the board's maximum",
     "the clocks of the board rise and fall with its temperature and load"},
    {"gpu_ecc", kInfo, "error correction of a GPU's memory",
     "it takes a part of memory and bandwidth, so boards with it and without are not alike"},
    {"gpu_mig", kInfo, "boards that are split into instances",
     "what is measured may not be alone on the board"},
};
// clang-format on

}  // namespace

std::span<const FindingKind> finding_kinds() {
  return kKinds;
}

const FindingKind* find_kind(std::string_view code) {
  for (const FindingKind& kind : kKinds)
    if (code == kind.code) return &kind;
  return nullptr;
}

Finding finding_of(const char* code, std::string message, std::string remedy) {
  const FindingKind* kind = find_kind(code);
  assert(kind != nullptr);
  return {code, kind->severity, std::move(message), kind->why, std::move(remedy)};
}

void sort_findings(std::vector<Finding>& findings) {
  std::stable_sort(findings.begin(), findings.end(), [](const Finding& a, const Finding& b) {
    return find_kind(a.code) < find_kind(b.code);
  });
}

std::string findings_markdown() {
  std::string table = "| code | severity | what is looked at | why |\n|---|---|---|---|\n";
  for (const FindingKind& kind : kKinds)
    table += fmt::format("| `{}` | {} | {} | {} |\n", kind.code, to_string(kind.severity),
                         kind.what, kind.why);
  return table;
}

}  // namespace joulemark::host
