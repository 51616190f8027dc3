// SPDX-License-Identifier: Apache-2.0
// Each check looks at one window. Limits have room for what nobody measured exactly, so that a
// clean run is never refused.
#include "verdict/plausible.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "verdict/collect.h"
#include "verdict/executing_provider.h"
#include "verdict/first_token.h"
#include "verdict/fixed_rate.h"
#include "verdict/idle_faults.h"
#include "verdict/idle_power.h"
#include "verdict/metric.h"
#include "verdict/polling.h"
#include "verdict/power_limit.h"
#include "verdict/roofline.h"
#include "verdict/same_work.h"
#include "verdict/served.h"
#include "verdict/window_claims.h"

namespace joulemark::verdict {
namespace {

using Message = std::optional<std::string>;

/// Whether others kept the processors busy, before the experiment or in the window.
bool is_crowded(const ExperimentRecord& record, const TrialRecord& trial) {
  if (trial.window_s() > 0 &&
      fact_of(trial, WindowFact::kForeignCpu).value_or(0) >= trial.window_s() / 2)
    return true;
  return std::any_of(record.findings.begin(), record.findings.end(), [](const Finding& finding) {
    return finding.code == "load" || finding.code == "load_average" || finding.code == "steal";
  });
}

/// Of its window, what a process that computes has at the least.
double least_share(const ExperimentRecord& record, const TrialRecord& trial) {
  const bool is_waiting_known = fact_of(trial, WindowFact::kWaitedCpu).has_value();
  // Pages that are read from a disk are waited for as well.
  if (is_waiting_known && trial.resources.major_faults.value_or(1) == 0) return 0.5;
  // Beside others an honest process gets its share of a processor, one that sleeps hardly any.
  return is_crowded(record, trial) ? 0.05 : 0.1;
}

Message asleep(const ExperimentRecord& record, const TrialRecord& trial) {
  constexpr double kShortest = 0.05;  // CPU time is counted in ticks of 10 ms
  const double window_s = answering_s(trial);
  // The null engine sleeps when its options say so, and a server does between requests.
  if (is_served(trial) || !is_on_processor(trial) || trial.configuration.engine == "null" ||
      !trial.resources.cpu_s || window_s < kShortest)
    return {};
  const double ready_s = *trial.resources.cpu_s + waited_s(trial);
  if (ready_s >= least_share(record, trial) * window_s) return {};
  return fmt::format(
      "its process computed for {} of {}: it waited for something else, or the work is done in "
      "another process",
      quantity_text(*trial.resources.cpu_s, "s"), quantity_text(window_s, "s"));
}

Message below_idle(const ExperimentRecord& record, const TrialRecord& trial) {
  constexpr double kPart = 0.9;
  constexpr double kDeviations = 3;
  const auto idle = idle_power(record, trial);
  // A machine that is known to have been busy is nothing to hold a window against.
  if (!idle || idle->busy.value_or(0) > kBusyAtRest || trial.energy.empty()) return {};
  const Energy& total = trial.energy.back();
  const double window_s = trial.window_s();
  if (!total.joules || window_s <= 0) return {};
  const double watts = *total.joules / window_s;
  const double margin = kDeviations * std::hypot(total.uncertainty_j.value_or(0) / window_s,
                                                 idle->standard_u.value_or(0));
  if (watts + margin >= kPart * idle->watts) return {};
  return fmt::format(
      "its window drew {}, less than the idle machine ({}): the energies are not of one scope, or "
      "the machine was not idle",
      quantity_text(watts, "W"), quantity_text(idle->watts, "W"));
}

}  // namespace

const char* to_string(PlausibilityCheck::Needs needs) {
  static constexpr const char* kNames[] = {"one", "two", "half"};
  return kNames[static_cast<std::size_t>(needs)];
}

const std::vector<PlausibilityCheck>& plausibility_checks() {
  using Needs = PlausibilityCheck::Needs;
  static const std::vector<PlausibilityCheck> table = {
      {"other_provider", "the provider, the device and the nodes that the engine names",
       Needs::kOneTrial, other_provider},
      {"idle_gpu", "what the boards say of their load, where a GPU was to do the work",
       Needs::kHalfOfThem, idle_gpu},
      {"busy_gpu", "the same, where the processor was to do it", Needs::kHalfOfThem, busy_gpu},
      {"faster_than_arithmetic",
       "the arithmetic of the window against what the machine can do (roofline)", Needs::kOneTrial,
       faster_than_arithmetic},
      {"faster_than_memory",
       "the weights that the window reads against the memory's bandwidth (roofline)",
       Needs::kOneTrial, faster_than_memory},
      {"calls", "single calls, or a language model's steps, against their arithmetic (roofline)",
       Needs::kOneTrial, calls_faster_than_arithmetic},
      {"first_token", "the times to the first tokens against the window of requests that end there",
       Needs::kHalfOfThem, other_first_tokens},
      {"window_mismatch", "the worker's window against the time between the readings around it",
       Needs::kHalfOfThem, other_window},
      {"gaps", "the latencies' sum against the window", Needs::kOneTrial, gaps_between_calls},
      {"groups", "how many calls are told as one record", Needs::kOneTrial, needless_groups},
      {"quantised", "latencies that are multiples of one time", Needs::kTwoTrials,
       polled_latencies},
      {"asleep", "CPU time of the measured process against the window", Needs::kHalfOfThem, asleep},
      {"below_idle", "the window's power against the idle machine's", Needs::kHalfOfThem,
       below_idle},
      {"above_limit", "the power of processors and boards against their limits", Needs::kHalfOfThem,
       above_limit},
  };
  return table;
}

namespace {

bool is_enough(PlausibilityCheck::Needs needs, std::size_t count, std::size_t trials) {
  if (count == 0) return false;
  if (needs == PlausibilityCheck::Needs::kOneTrial) return true;
  if (needs == PlausibilityCheck::Needs::kTwoTrials)
    return count >= std::min<std::size_t>(2, trials);
  return 2 * count >= trials;
}

/// What the cell's trials show of one check; empty where none shows anything.
std::optional<Implausible> look_for(const PlausibilityCheck& check, const ExperimentRecord& record,
                                    const Cell& cell) {
  std::optional<Implausible> found;
  for (const std::size_t trial : cell.trials) {
    auto finding = check.find(record, record.trials[trial]);
    if (!finding) continue;
    if (!found) found = Implausible{.code = check.code, .message = *std::move(finding)};
    ++found->trials;
  }
  return found;
}

/// "A: its window …" for each.
std::vector<std::string> said_of(const Judgement& judgement,
                                 const std::vector<std::optional<Implausible>>& found) {
  std::vector<std::string> who;
  for (std::size_t c = 0; c < found.size(); ++c)
    if (found[c])
      who.push_back(full_name(judgement, judgement.cells[c]) + ": " + found[c]->message);
  return who;
}

}  // namespace

std::vector<std::optional<Implausible>> find_implausible(const ExperimentRecord& record,
                                                         const Judgement& judgement) {
  std::vector<std::optional<Implausible>> found(judgement.cells.size());
  for (std::size_t c = 0; c < found.size(); ++c) {
    const Cell& cell = judgement.cells[c];
    for (const PlausibilityCheck& check : plausibility_checks()) {
      auto finding = look_for(check, record, cell);
      if (!finding || !is_enough(check.needs, finding->trials, cell.trials.size())) continue;
      found[c] = std::move(finding);
      break;
    }
  }
  return found;
}

std::optional<std::string> implausible_caveat(const ExperimentRecord& record,
                                              const Judgement& judgement) {
  const auto who = said_of(judgement, find_implausible(record, judgement));
  if (who.empty()) return std::nullopt;
  return fmt::format("windows that cannot be what they say are not ranked: {}", names(who));
}

std::optional<std::string> odd_windows_caveat(const ExperimentRecord& record,
                                              const Judgement& judgement) {
  std::vector<std::string> who;
  for (const Cell& cell : judgement.cells) {
    if (!cell.ranked()) continue;
    for (const PlausibilityCheck& check : plausibility_checks())
      if (const auto finding = look_for(check, record, cell))
        who.push_back(fmt::format("{} in {} of {} trials: {}", full_name(judgement, cell),
                                  finding->trials, cell.trials.size(), finding->message));
  }
  if (who.empty()) return std::nullopt;
  return "single windows can hardly be what they say, and are counted: " + names(who);
}

}  // namespace joulemark::verdict
