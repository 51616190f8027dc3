// SPDX-License-Identifier: Apache-2.0
// Who chooses the processor's frequency, and between which limits.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <map>
#include <set>

#include "host/kernel_file.h"
#include "host/preflight/checks.h"
#include "host/preflight/finding_table.h"

namespace joulemark::host {
namespace {

namespace fs = std::filesystem;

constexpr const char* kFast = "performance";

std::vector<fs::path> policies(const fs::path& root) {
  return entries_of(cpu_folder(root) / "cpufreq", "policy");
}

/// How many policies have which other word than `wanted` in `file`: "'powersave' for 8 of 8
/// policies";
/// "" where none has.
std::string others_than(const fs::path& root, const char* file, std::string_view wanted) {
  std::map<std::string, int> others;
  int count = 0;
  for (const fs::path& policy : policies(root)) {
    const auto word = read_small(policy / file);
    if (!word) continue;
    ++count;
    if (*word != wanted) ++others[*word];
  }
  std::vector<std::string> parts;
  for (const auto& [word, n] : others)
    parts.push_back(fmt::format("'{}' for {} of {} policies", word, n, count));
  return fmt::format("{}", fmt::join(parts, ", "));
}

std::string write_remedy(const fs::path& root, const char* word, const char* file) {
  return fmt::format("--prepare, or: echo {} | sudo tee {}/policy*/{}", word,
                     (cpu_folder(root) / "cpufreq").string(), file);
}

Findings governors(const fs::path& root) {
  const std::string others = others_than(root, "scaling_governor", kFast);
  if (others.empty()) return {};
  return {finding_of("governor", fmt::format("the frequency governor is {}", others),
                     write_remedy(root, kFast, "scaling_governor"))};
}

Findings preferences(const fs::path& root) {
  const char* file = "energy_performance_preference";
  const std::string others = others_than(root, file, kFast);
  if (others.empty()) return {};
  return {finding_of("energy_preference",
                     fmt::format("the energy performance preference is {}", others),
                     write_remedy(root, kFast, file))};
}

/// A policy whose highest frequency is below the hardware's. One that is fixed to a frequency is
/// what many measure with.
std::optional<std::string> limit_of(const fs::path& policy) {
  constexpr double kMhz = 1e3;
  const auto highest = read_number<long long>(policy / "scaling_max_freq");
  const auto lowest = read_number<long long>(policy / "scaling_min_freq");
  const auto possible = read_number<long long>(policy / "cpuinfo_max_freq");
  if (!highest || !possible || *highest >= *possible || lowest == highest) return std::nullopt;
  return fmt::format("{:.0f} of {:.0f} MHz", static_cast<double>(*highest) / kMhz,
                     static_cast<double>(*possible) / kMhz);
}

Findings limits(const fs::path& root) {
  std::string first;
  std::size_t limited = 0;
  const auto all = policies(root);
  for (const fs::path& policy : all)
    if (const auto limit = limit_of(policy); limit && limited++ == 0) first = *limit;
  if (limited > 0)
    return {finding_of(
        "frequency_limit",
        fmt::format("the highest frequency is {} for {} of {} policies", first, limited,
                    all.size()),
        fmt::format("for p in {}/policy*; do sudo cp $p/cpuinfo_max_freq $p/scaling_max_freq; done",
                    (cpu_folder(root) / "cpufreq").string()))};
  const fs::path percent = cpu_folder(root) / "intel_pstate/max_perf_pct";
  const auto most = read_number<int>(percent);
  if (!most || *most >= 100 || *most <= 0) return {};
  return {finding_of("frequency_limit",
                     fmt::format("intel_pstate allows {} % of the highest frequency", *most),
                     fmt::format("echo 100 | sudo tee {}", percent.string()))};
}

Findings drivers(const fs::path& root) {
  Findings findings;
  for (const char* driver : {"amd_pstate", "intel_pstate"}) {
    const auto mode = read_small(cpu_folder(root) / driver / "status");
    if (mode && !mode->empty() && *mode != "off" && *mode != "disable")
      findings.push_back(
          finding_of("frequency_driver", fmt::format("{} is in mode '{}'", driver, *mode)));
  }
  return findings;
}

Findings boosts(const fs::path& root) {
  const fs::path amd = cpu_folder(root) / "cpufreq/boost";
  const fs::path intel = cpu_folder(root) / "intel_pstate/no_turbo";
  const char* message = "frequency boost is on";
  if (read_number<int>(amd) == 1)
    return {finding_of("boost", message,
                       fmt::format("--prepare, or: echo 0 | sudo tee {}", amd.string()))};
  if (read_number<int>(intel) == 0)
    return {finding_of("boost", message,
                       fmt::format("--prepare, or: echo 1 | sudo tee {}", intel.string()))};
  return {};
}

}  // namespace

Findings check_frequency(const MachineView& view) {
  Findings all;
  for (const auto look : {governors, preferences, limits, drivers, boosts}) {
    Findings found = look(view.root);
    std::move(found.begin(), found.end(), std::back_inserter(all));
  }
  return all;
}

}  // namespace joulemark::host
