// SPDX-License-Identifier: Apache-2.0
// Work of several sizes, or a scheduler, may make latencies that look like steps. What sleeps
// between two looks is told from them by what the kernel counted.
#include "verdict/polling.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <vector>

#include "stats/comb.h"
#include "verdict/collect.h"
#include "verdict/fixed_rate.h"
#include "verdict/metric.h"
#include "verdict/served.h"

namespace joulemark::verdict {
namespace {

constexpr double kShortestStepNs = 100'000;

/// By how much answers came after the comb's first tooth.
struct Late {
  std::int64_t count = 0;
  double seconds = 0;
};

Late late_of(const std::vector<double>& durations_ns, const stats::Comb& comb) {
  const double first_ns = comb.least * comb.quantum;
  Late late;
  for (const double duration : durations_ns) {
    late.seconds += std::max(0.0, duration - first_ns) * 1e-9;
    if (duration > first_ns + comb.quantum / 2) ++late.count;
  }
  return late;
}

/// A loop that polls sleeps once a step; what computes all the time does not.
bool slept(const TrialRecord& trial, const Late& late) {
  const auto& switches = trial.resources.voluntary_switches;
  return !switches || *switches >= late.count / 2;
}

/// A scheduler hands the processors out in steps of its own, as a control group's limit does.
bool is_of_scheduler(const TrialRecord& trial, const Late& late) {
  return waited_s(trial) >= late.seconds / 2;
}

}  // namespace

std::optional<std::string> polled_latencies(const ExperimentRecord&, const TrialRecord& trial) {
  // How a server waits is its own affair, and in what its clients get.
  if (trial.calls_per_record != 1 || is_at_rate(trial) || is_served(trial)) return {};
  // Of a language model each token is waited for.
  const auto& tokens = trial.text.inter_token_ns;
  const auto& times = tokens.empty() ? trial.durations_ns : tokens;
  const std::vector<double> durations(times.begin(), times.end());
  const auto comb = stats::find_comb(durations);
  if (!comb || comb->quantum < kShortestStepNs) return {};
  const Late late = late_of(durations, *comb);
  if (!slept(trial, late) || is_of_scheduler(trial, late)) return {};
  return fmt::format(
      "its latencies are multiples of {} ({} to {} times): something waits in steps, as a polling "
      "loop does, and the wait is in time and energy",
      quantity_text(comb->quantum * 1e-9, "s"), comb->least, comb->most);
}

}  // namespace joulemark::verdict
