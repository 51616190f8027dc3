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
#include "verdict/fixed_rate.h"
#include "verdict/metric.h"
#include "verdict/same_work.h"

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

Message quantised_latencies(const ExperimentRecord&, const TrialRecord& trial) {
  // At a fixed rate latencies hold the wait for others, which the schedule may make regular.
  if (trial.calls_per_record != 1 || is_at_rate(trial)) return {};
  const std::vector<double> durations(trial.durations_ns.begin(), trial.durations_ns.end());
  const auto comb = stats::find_comb(durations);
  if (!comb) return {};
  return fmt::format(
      "its latencies are multiples of {} ({} to {} times): something waits in steps, as a polling "
      "loop does, and the wait is in time and energy",
      quantity_text(comb->quantum * 1e-9, "s"), comb->least, comb->most);
}

Message asleep(const ExperimentRecord&, const TrialRecord& trial) {
  // The null engine sleeps when its options say so.
  constexpr double kLeastShare = 0.1;
  constexpr double kShortest = 0.05;  // CPU time is counted in ticks of 10 ms
  const double window_s = answering_s(trial);
  if (!is_on_processor(trial) || trial.configuration.engine == "null" || !trial.resources.cpu_s ||
      window_s < kShortest)
    return {};
  if (*trial.resources.cpu_s >= kLeastShare * window_s) return {};
  return fmt::format(
      "its process computed for {} of {}: it waited for something else, or the work is done in "
      "another process",
      quantity_text(*trial.resources.cpu_s, "s"), quantity_text(window_s, "s"));
}

Message below_idle(const ExperimentRecord&, const TrialRecord& trial) {
  constexpr double kPart = 0.9;
  constexpr double kDeviations = 3;
  if (!trial.idle_w || trial.energy.empty()) return {};
  const Energy& total = trial.energy.back();
  const double window_s = trial.window_s();
  if (!total.joules || window_s <= 0) return {};
  const double watts = *total.joules / window_s;
  const double margin = kDeviations * total.uncertainty_j.value_or(0) / window_s;
  if (watts + margin >= kPart * *trial.idle_w) return {};
  return fmt::format(
      "its window drew {}, less than the idle machine before it ({}): the energies are not of one "
      "scope, or the machine was not idle",
      quantity_text(watts, "W"), quantity_text(*trial.idle_w, "W"));
}

}  // namespace

const std::vector<PlausibilityCheck>& plausibility_checks() {
  using Needs = PlausibilityCheck::Needs;
  static const std::vector<PlausibilityCheck> table = {
      {"faster_than_arithmetic",
       "the arithmetic of the window against what the machine can do (roofline)", Needs::kOneTrial,
       faster_than_arithmetic},
      {"faster_than_memory",
       "the weights that the window reads against the memory's bandwidth (roofline)",
       Needs::kOneTrial, faster_than_memory},
      {"quantised", "latencies that are multiples of one time", Needs::kHalfOfThem,
       quantised_latencies},
      {"asleep", "CPU time of the measured process against the window", Needs::kHalfOfThem, asleep},
      {"below_idle", "the window's power against the idle machine's", Needs::kHalfOfThem,
       below_idle},
  };
  return table;
}

std::vector<std::optional<Implausible>> find_implausible(const ExperimentRecord& record,
                                                         const Judgement& judgement) {
  std::vector<std::optional<Implausible>> found(judgement.cells.size());
  for (std::size_t c = 0; c < found.size(); ++c) {
    const std::vector<std::size_t>& trials = judgement.cells[c].trials;
    for (const PlausibilityCheck& check : plausibility_checks()) {
      std::size_t count = 0;
      std::string message;
      for (const std::size_t trial : trials)
        if (auto finding = check.find(record, record.trials[trial])) {
          if (count++ == 0) message = *std::move(finding);
        }
      const bool one = check.needs == PlausibilityCheck::Needs::kOneTrial;
      if (count == 0 || (!one && 2 * count < trials.size())) continue;
      found[c] = Implausible{check.code, std::move(message)};
      break;
    }
  }
  return found;
}

std::optional<std::string> implausible_caveat(const ExperimentRecord& record,
                                              const Judgement& judgement) {
  std::vector<std::string> who;
  const auto found = find_implausible(record, judgement);
  for (std::size_t c = 0; c < found.size(); ++c)
    if (found[c])
      who.push_back(full_name(judgement, judgement.cells[c]) + ": " + found[c]->message);
  if (who.empty()) return std::nullopt;
  return fmt::format("windows that cannot be what they say are not ranked: {}", names(who));
}

}  // namespace joulemark::verdict
