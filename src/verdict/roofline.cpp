// SPDX-License-Identifier: Apache-2.0
#include "verdict/roofline.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "verdict/collect.h"
#include "verdict/executing_provider.h"
#include "verdict/fixed_rate.h"
#include "verdict/metric.h"

namespace joulemark::verdict {
namespace {

using Message = std::optional<std::string>;

/// Clocks may rise above what they were when the machine's ceilings were measured.
constexpr double kRoom = 1.5;
/// Arithmetic of fewer bits has units of its own, up to so many times as fast (matrix units for
/// bfloat16 against vectors of float32).
constexpr double kFewerBits = 64;
/// A single call may be told late, and the next then seems short.
constexpr double kShortCalls = 0.05;

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

/// Whether anything bounds the trial's arithmetic.
bool is_bounded(const TrialRecord& trial) {
  return is_on_processor(trial) && trial.work.flops > 0 && trial.work.peak_flops_per_s > 0;
}

double least_seconds(const TrialRecord& trial, double flops) {
  return flops / (trial.work.peak_flops_per_s * kRoom * (width_of(trial) < 4 ? kFewerBits : 1));
}

/// A token passes through the body; each new one through the head too.
double flops_of_text(const WorkBounds& work, const TextWindow& text) {
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

struct TimedWork {
  const char* of;  ///< "its window"
  double took_s = 0;
  double flops = 0;
};

Message too_fast(const TrialRecord& trial, const TimedWork& timed) {
  if (timed.took_s >= least_seconds(trial, timed.flops)) return {};
  const double peak = trial.work.peak_flops_per_s;
  return fmt::format(
      "{} took {}, but its work is at least {} and this machine does {} at the most, which takes "
      "{}: the work was not done",
      timed.of, quantity_text(timed.took_s, "s"), quantity_text(timed.flops, "FLOP"),
      quantity_text(peak, "FLOP/s"), quantity_text(timed.flops / peak, "s"));
}

}  // namespace

Message faster_than_arithmetic(const ExperimentRecord&, const TrialRecord& trial) {
  if (!is_bounded(trial)) return {};
  const TextResult& text = trial.text;
  const double flops = text.window.prompts > 0
                           ? flops_of_text(trial.work, text.window)
                           : trial.work.flops * static_cast<double>(trial.iterations);
  if (auto found = too_fast(trial, {"its window", answering_s(trial), flops})) return found;
  const auto prefill = trial.phase(Phase::kPrefill);
  if (!prefill || text.prefill.prompts == 0) return {};
  return too_fast(trial, {"its window up to the first tokens",
                          1e-9 * static_cast<double>(prefill->t1_ns - prefill->t0_ns),
                          flops_of_text(trial.work, text.prefill)});
}

Message faster_than_memory(const ExperimentRecord&, const TrialRecord& trial) {
  const WorkBounds& work = trial.work;
  const double took_s = answering_s(trial);
  if (!is_on_processor(trial) || work.cache_bytes <= 0 || work.peak_bytes_per_s <= 0) return {};
  const double weights = std::min(work.weight_bytes, work.weights * width_of(trial));
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

Message calls_faster_than_arithmetic(const ExperimentRecord&, const TrialRecord& trial) {
  const bool is_text = trial.text.window.prompts > 0;
  const auto& times = is_text ? trial.text.inter_token_ns : trial.durations_ns;
  if (!is_bounded(trial) || times.empty()) return {};
  const double calls =
      is_text ? 1 : static_cast<double>(std::max<std::int64_t>(trial.calls_per_record, 1));
  const double least_s = calls * least_seconds(trial, trial.work.flops);
  const auto all = static_cast<double>(times.size());
  const auto fast =
      static_cast<double>(std::count_if(times.begin(), times.end(), [&](std::int64_t time) {
        return static_cast<double>(time) * 1e-9 < least_s;
      }));
  if (fast < std::max(2.0, kShortCalls * all)) return {};
  return fmt::format(
      "{:.0f} of its {:.0f} {} took less than {}, in which this machine cannot compute one: these "
      "were not computed when they are said to have come",
      fast, all, is_text ? "tokens" : "latencies", quantity_text(least_s, "s"));
}

}  // namespace joulemark::verdict
