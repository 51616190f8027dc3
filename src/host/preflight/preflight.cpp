// SPDX-License-Identifier: Apache-2.0
#include "host/preflight/preflight.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <string>
#include <utility>

#include "host/preflight/finding_table.h"

namespace joulemark::host {
namespace {

/// Ticks of /proc are hundredths of a second.
constexpr double kLeastIntervalS = 0.25;

struct Check {
  const char* what;  ///< for people, where there was no time
  Findings (*run)(const MachineView& view);
};
constexpr Check kChecks[] = {
    {"what can be seen", check_visible},
    {"places", check_places},
    {"frequency", check_frequency},
    {"processors", check_processors},
    {"control groups", check_cgroup},
    {"load", check_load},
    {"memory", check_memory},
    {"heat", check_heat},
    {"power", check_power},
    {"clocks", check_clocks},
};

}  // namespace

Preflight::Preflight(PreflightOptions options, Clock& clock)
    : options_(std::move(options)), clock_(clock) {
  const Nanoseconds begin = clock_.now();
  before_ = read_moment(options_.root, begin);
  worked_ = clock_.now() - begin;
}

Findings Preflight::look_again() {
  clock_.sleep_until(before_.at + to_nanoseconds(kLeastIntervalS));
  const Nanoseconds begin = clock_.now();
  const MachineMoment after = read_moment(options_.root, begin);
  const MachineView view{options_.root, before_, after, options_.places, options_.system};
  Findings all;
  std::vector<std::string> skipped;
  for (const Check& check : kChecks) {
    if (to_seconds(worked_ + clock_.now() - begin) > options_.budget_s) {
      skipped.emplace_back(check.what);
      continue;
    }
    Findings found = check.run(view);
    std::move(found.begin(), found.end(), std::back_inserter(all));
  }
  if (!skipped.empty())
    all.push_back(finding_of(
        "skipped", fmt::format("not looked at, because the checks took more than {:g} s: {}",
                               options_.budget_s, fmt::join(skipped, ", "))));
  return all;
}

}  // namespace joulemark::host
