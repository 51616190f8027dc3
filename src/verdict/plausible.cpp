// SPDX-License-Identifier: Apache-2.0
// Each check looks at one window. Limits have room for what nobody measured exactly, so that a
// clean run is never refused.
#include "verdict/plausible.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "stats/comb.h"
#include "verdict/collect.h"
#include "verdict/executing_provider.h"
#include "verdict/fixed_rate.h"
#include "verdict/idle_faults.h"
#include "verdict/idle_power.h"
#include "verdict/metric.h"
#include "verdict/power_limit.h"
#include "verdict/same_work.h"
#include "verdict/window_claims.h"

namespace joulemark::verdict {
namespace {

using Message = std::optional<std::string>;

/// Clocks may rise above what they were when the machine's ceilings were measured.
constexpr double kRoom = 1.5;
/// Arithmetic of fewer bits has units of its own, up to so many times as fast (matrix units for
/// bfloat16 against vectors of float32).
constexpr double kFewerBits = 64;

bool is_on_processor(const TrialRecord& trial) {
  return trial.configuration.provider == "cpu";
}

/// Bytes of a number, of the least that was asked for or ran; 4 where nobody knows.
double width_of(const std::string& precision) {
  if (precision == "f16" || precision == "bf16") return 2;
  if (precision == "int8" || precision == "i8" || precision == "u8" || precision == "uint8")
    return 1;
  if (precision == "int4" || precision == "i4" || precision == "u4") return 0.5;
  return 4;
}

double width_of(const TrialRecord& trial) {
  const auto ran = effective_value(trial, "precision");
  const double asked = width_of(trial.configuration.precision);
  return ran.is_string() ? std::min(asked, width_of(ran.get<std::string>())) : asked;
}

/// Of the whole window. A token passes through the body; each new one through the head too.
double least_flops(const TrialRecord& trial) {
  const WorkBounds& work = trial.work;
  const TextWindow& text = trial.text.window;
  if (text.prompts == 0) return work.flops * static_cast<double>(trial.iterations);
  const auto passed = static_cast<double>(text.prompt_tokens + text.new_tokens - text.prompts);
  return (work.flops - work.head_flops) * passed +
         work.head_flops * static_cast<double>(text.new_tokens);
}

/// How often the weights were read through at the least: once a call, once a token of a batch.
double passes_over_weights(const TrialRecord& trial) {
  const TextWindow& text = trial.text.window;
  if (text.prompts == 0) return static_cast<double>(trial.iterations);
  return static_cast<double>(text.new_tokens) / std::max(trial.configuration.batch, 1);
}

Message faster_than_arithmetic(const ExperimentRecord&, const TrialRecord& trial) {
  const WorkBounds& work = trial.work;
  const double took_s = answering_s(trial);
  if (!is_on_processor(trial) || work.flops <= 0 || work.peak_flops_per_s <= 0) return {};
  const double peak = work.peak_flops_per_s * kRoom * (width_of(trial) < 4 ? kFewerBits : 1);
  const double least_s = least_flops(trial) / peak;
  if (took_s >= least_s) return {};
  return fmt::format(
      "its window took {}, but its work is at least {} and this machine does {} at the most, which "
      "takes {}: the work was not done",
      quantity_text(took_s, "s"), quantity_text(least_flops(trial), "FLOP"),
      quantity_text(work.peak_flops_per_s, "FLOP/s"),
      quantity_text(least_flops(trial) / work.peak_flops_per_s, "s"));
}

Message faster_than_memory(const ExperimentRecord&, const TrialRecord& trial) {
  const WorkBounds& work = trial.work;
  const double took_s = answering_s(trial);
  if (!is_on_processor(trial) || work.cache_bytes <= 0 || work.peak_bytes_per_s <= 0) return {};
  const double weights = std::min(work.weight_bytes, work.weights * width_of(trial));
  // What a cache holds from one call to the next need not be read again.
  const double bytes = (weights - work.cache_bytes) * passes_over_weights(trial);
  const double least_s = bytes / (work.peak_bytes_per_s * kRoom);
  if (bytes <= 0 || took_s >= least_s) return {};
  return fmt::format(
      "its window took {}, but {} of weights had to be read and this machine reads {} at the most, "
      "which takes {}: the work was not done, or at fewer bits than it says",
      quantity_text(took_s, "s"), quantity_text(bytes, "B"),
      quantity_text(work.peak_bytes_per_s, "B/s"),
      quantity_text(bytes / work.peak_bytes_per_s, "s"));
}

double fact_of(const TrialRecord& trial, WindowFact fact) {
  const auto found = trial.resources.facts.find(fact);
  return found == trial.resources.facts.end() ? 0 : found->second.value.value_or(0);
}

/// Whether calls were late because others had the processors: a scheduler hands them out in steps
/// of its own, as a control group's limit does.
bool is_of_scheduler(const TrialRecord& trial, const stats::Comb& comb) {
  double late_ns = 0;
  for (const auto duration : trial.durations_ns)
    late_ns += std::max(0.0, static_cast<double>(duration) - comb.least * comb.quantum);
  double waited_s = 0;
  for (const WindowFact fact :
       {WindowFact::kWaitedCpu, WindowFact::kSteal, WindowFact::kGroupThrottled})
    waited_s += fact_of(trial, fact);
  return waited_s >= late_ns * 1e-9 / 2;
}

Message quantised_latencies(const ExperimentRecord&, const TrialRecord& trial) {
  // At a fixed rate latencies hold the wait for others, which the schedule may make regular.
  if (trial.calls_per_record != 1 || is_at_rate(trial)) return {};
  const std::vector<double> durations(trial.durations_ns.begin(), trial.durations_ns.end());
  const auto comb = stats::find_comb(durations);
  if (!comb || is_of_scheduler(trial, *comb)) return {};
  return fmt::format(
      "its latencies are multiples of {} ({} to {} times): something waits in steps, as a polling "
      "loop does, and the wait is in time and energy",
      quantity_text(comb->quantum * 1e-9, "s"), comb->least, comb->most);
}

/// Whether others kept the processors busy, before the experiment or in the window.
bool is_crowded(const ExperimentRecord& record, const TrialRecord& trial) {
  if (trial.window_s() > 0 && fact_of(trial, WindowFact::kForeignCpu) >= trial.window_s() / 2)
    return true;
  return std::any_of(record.findings.begin(), record.findings.end(), [](const Finding& finding) {
    return finding.code == "load" || finding.code == "load_average" || finding.code == "steal";
  });
}

Message asleep(const ExperimentRecord& record, const TrialRecord& trial) {
  // The null engine sleeps when its options say so. Beside others an honest process gets its share
  // of a processor, one that sleeps uses hardly any.
  const double least_share = is_crowded(record, trial) ? 0.05 : 0.1;
  constexpr double kShortest = 0.05;  // CPU time is counted in ticks of 10 ms
  const double window_s = answering_s(trial);
  if (!is_on_processor(trial) || trial.configuration.engine == "null" || !trial.resources.cpu_s ||
      window_s < kShortest)
    return {};
  if (*trial.resources.cpu_s >= least_share * window_s) return {};
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
      {"window_mismatch", "the worker's window against the time between the readings around it",
       Needs::kHalfOfThem, other_window},
      {"gaps", "the latencies' sum against the window", Needs::kOneTrial, gaps_between_calls},
      {"groups", "how many calls are told as one record", Needs::kOneTrial, needless_groups},
      {"quantised", "latencies that are multiples of one time", Needs::kTwoTrials,
       quantised_latencies},
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
