// SPDX-License-Identifier: Apache-2.0
#include "verdict/throttling.h"

#include <fmt/format.h>

#include <algorithm>

#include "verdict/collect.h"

namespace joulemark::verdict {
namespace {

using Windows = std::vector<const WindowFacts*>;

Windows windows_of(const ExperimentRecord& record) {
  Windows windows;
  for (const TrialRecord& trial : record.trials)
    if (finished(trial)) windows.push_back(&trial.resources.facts);
  return windows;
}

/// "3 of 10 trials" in which `fact` was counted; empty for none.
std::optional<std::string> counted(const Windows& windows, WindowFact fact, const char* what) {
  const auto n = std::count_if(windows.begin(), windows.end(), [&](const WindowFacts* facts) {
    const auto found = facts->find(fact);
    return found != facts->end() && found->second.value.value_or(0) > 0;
  });
  if (n == 0) return std::nullopt;
  return fmt::format("{} of {} {}", n, windows.size(), what);
}

std::optional<std::string> throttled(const Windows& windows, const char* what) {
  const auto n = counted(windows, WindowFact::kGroupThrottles, what);
  if (!n) return std::nullopt;
  return fmt::format(
      "in {} the CPU limit of the control group was reached and held the measured process back: "
      "raise the limit (cpu.max), or use fewer threads",
      *n);
}

std::optional<std::string> slowed_for_heat(const Windows& windows, const char* what) {
  const auto n = counted(windows, WindowFact::kThermalThrottles, what);
  if (!n) return std::nullopt;
  return fmt::format(
      "in {} the processor was slowed down for heat: cool the machine, or let it rest with --idle",
      *n);
}

}  // namespace

std::optional<std::string> throttled_caveat(const ExperimentRecord& record) {
  return throttled(windows_of(record), "trials");
}

std::optional<std::string> thermal_caveat(const ExperimentRecord& record) {
  return slowed_for_heat(windows_of(record), "trials");
}

std::vector<Caveat> throttling(const Windows& windows, const char* what) {
  std::vector<Caveat> caveats;
  if (auto message = throttled(windows, what)) caveats.push_back({"throttled", *message});
  if (auto message = slowed_for_heat(windows, what))
    caveats.push_back({"thermal_throttled", *message});
  return caveats;
}

}  // namespace joulemark::verdict
