// SPDX-License-Identifier: Apache-2.0
#include "verdict/clock_faults.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

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

/// In how many windows a fact is not 0, and the most that it is.
struct Count {
  int windows = 0;
  double most_s = 0;
};
Count count(const Windows& windows, WindowFact fact) {
  Count all;
  for (const WindowFacts* facts : windows) {
    const auto found = facts->find(fact);
    if (found == facts->end() || found->second.value.value_or(0) == 0) continue;
    ++all.windows;
    all.most_s = std::max(all.most_s, std::abs(*found->second.value));
  }
  return all;
}

std::optional<std::string> suspended(const Windows& windows, const char* what) {
  const Count all = count(windows, WindowFact::kSuspended);
  if (all.windows == 0) return std::nullopt;
  return fmt::format(
      "in {} of {} {} the machine was suspended, for up to {:.3g} s: energy counters may have gone "
      "on or started anew, and what was warm was cold; keep it awake, for example with "
      "'systemd-inhibit joulemark …'",
      all.windows, windows.size(), what, all.most_s);
}

std::optional<std::string> clock_stepped(const Windows& windows, const char* what) {
  const Count all = count(windows, WindowFact::kClockStep);
  if (all.windows == 0) return std::nullopt;
  return fmt::format(
      "in {} of {} {} the clock was set, by up to {:.3g} s: no duration and no energy depends on "
      "it, "
      "times of day do",
      all.windows, windows.size(), what, all.most_s);
}

}  // namespace

std::optional<std::string> suspended_caveat(const ExperimentRecord& record) {
  return suspended(windows_of(record), "trials");
}

std::optional<std::string> clock_stepped_caveat(const ExperimentRecord& record) {
  return clock_stepped(windows_of(record), "trials");
}

std::vector<Caveat> clock_faults(const Windows& windows, const char* what) {
  std::vector<Caveat> caveats;
  if (auto message = suspended(windows, what)) caveats.push_back({"suspended", *message});
  if (auto message = clock_stepped(windows, what)) caveats.push_back({"clock_stepped", *message});
  return caveats;
}

}  // namespace joulemark::verdict
