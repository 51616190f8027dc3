// SPDX-License-Identifier: Apache-2.0
// What else works on the machine between two moments. The load average is of a minute, and holds
// what joulemark itself did in it.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "host/kernel_file.h"
#include "host/preflight/checks.h"
#include "host/preflight/finding_table.h"

namespace joulemark::host {
namespace {

constexpr const char* kEndIt = "end other work (see 'top'), and wait a minute";

std::optional<double> load_average(const std::filesystem::path& root) {
  const auto text = read_small(root / "proc/loadavg");
  if (!text) return std::nullopt;
  return parse_number<double>(std::string_view(*text).substr(0, text->find(' ')));
}

/// CPUs' worth of time between the moments, of a number of ticks.
struct Rate {
  double ticks = 0;  ///< of one CPU
  [[nodiscard]] double cpus(long long n) const { return static_cast<double>(n) / ticks; }
};

std::optional<Rate> rate_of(const MachineView& view) {
  if (!view.before.cpu || !view.after.cpu) return std::nullopt;
  const long long total = view.after.cpu->total - view.before.cpu->total;
  if (total <= 0) return std::nullopt;
  return Rate{static_cast<double>(total) / view.after.cpu->cpus};
}

/// Ticks of a process between the moments.
long long ticks_of(const MachineView& view, int pid) {
  const auto now = view.after.processes.find(pid);
  if (now == view.after.processes.end()) return 0;
  const auto then = view.before.processes.find(pid);
  if (then == view.before.processes.end()) return now->second.ticks;
  // The number may have gone to another process.
  if (then->second.started != now->second.started) return now->second.ticks;
  return std::max(0LL, now->second.ticks - then->second.ticks);
}

/// The busiest processes but this one: "cc1plus (4711) 0.98, make (12) 0.10"; "" where none is to
/// be seen.
std::string busiest(const MachineView& view, const Rate& rate) {
  constexpr std::size_t kMost = 3;
  constexpr double kWorthNaming = 0.05;
  std::vector<std::pair<double, int>> all;
  for (const auto& [pid, process] : view.after.processes) {
    const double cpus = rate.cpus(ticks_of(view, pid));
    if (pid != view.after.own && cpus >= kWorthNaming) all.emplace_back(-cpus, pid);
  }
  std::sort(all.begin(), all.end());
  if (all.size() > kMost) all.resize(kMost);
  std::vector<std::string> texts;
  for (const auto& [less, pid] : all)
    texts.push_back(fmt::format("{} ({}) {:.2f}", view.after.processes.at(pid).name, pid, -less));
  return fmt::format("{}", fmt::join(texts, ", "));
}

Findings busy(const MachineView& view, const Rate& rate) {
  constexpr double kBusy = 0.25;  // CPUs; ticks are too coarse for less
  const long long all = view.after.cpu->busy - view.before.cpu->busy;
  const long long own = view.after.own ? ticks_of(view, *view.after.own) : 0;
  const double others = rate.cpus(std::max(0LL, all - own));
  if (others < kBusy) return {};
  const std::string who = busiest(view, rate);
  return {finding_of("load",
                     fmt::format("other programs use {:.2f} of {} CPUs now{}{}", others,
                                 view.after.cpu->cpus, who.empty() ? "" : ": ", who),
                     kEndIt)};
}

Findings stolen(const MachineView& view) {
  constexpr double kMuch = 0.02;
  const auto total = static_cast<double>(view.after.cpu->total - view.before.cpu->total);
  const double share =
      static_cast<double>(view.after.cpu->stolen - view.before.cpu->stolen) / total;
  if (share < kMuch) return {};
  return {finding_of(
      "steal",
      fmt::format("the hypervisor gives {:.0f} % of the CPUs' time to others now", 100 * share),
      "measure on the bare machine, or on one with dedicated CPUs")};
}

Findings averaged(const MachineView& view, const char* code) {
  constexpr double kQuiet = 0.5;
  const auto load = load_average(view.root);
  if (!load || *load < kQuiet) return {};
  return {finding_of(code, fmt::format("the load average of the last minute is {:.2f}", *load),
                     kEndIt)};
}

Findings pressed(const MachineView& view) {
  constexpr double kMuch = 0.1;
  const double us = to_seconds(view.after.at - view.before.at) * 1e6;
  if (us <= 0) return {};
  std::vector<std::string> texts;
  for (const auto& [resource, stalled] : view.after.stalled_us) {
    const auto before = view.before.stalled_us.find(resource);
    if (before == view.before.stalled_us.end()) continue;
    const double share = std::min(1.0, static_cast<double>(stalled - before->second) / us);
    if (share >= kMuch) texts.push_back(fmt::format("{} {:.0f} %", resource, 100 * share));
  }
  if (texts.empty()) return {};
  return {finding_of(
      "pressure",
      fmt::format("tasks wait for resources now, in part of the time: {}", fmt::join(texts, ", ")),
      kEndIt)};
}

}  // namespace

Findings check_load(const MachineView& view) {
  Findings all;
  const auto add = [&](Findings found) {
    std::move(found.begin(), found.end(), std::back_inserter(all));
  };
  if (const auto rate = rate_of(view)) {
    add(busy(view, *rate));
    if (all.empty()) add(averaged(view, "load_average"));
    add(stolen(view));
  } else {
    add(averaged(view, "load"));
  }
  add(pressed(view));
  return all;
}

}  // namespace joulemark::host
