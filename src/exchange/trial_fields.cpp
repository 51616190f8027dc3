// SPDX-License-Identifier: Apache-2.0
// The rows of the table, and how each value goes in and out.
#include "exchange/trial_fields.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "base/split.h"
#include "base/suggest.h"
#include "base/text_table.h"
#include "exchange/numbers.h"
#include "exchange/time_list.h"

namespace joulemark::exchange {
namespace {

constexpr std::string_view kScopeSuffix = "_energy_J";
constexpr const char* kUsualScopes[] = {"cpu", "gpu", "dram"};
/// Beyond, nanoseconds do not fit into 64 bits.
constexpr double kLongestS = 9e9;
/// Up to here every whole number is a double.
constexpr double kLargestCount = 9007199254740992.0;

using Draft = TrialDraft;
using Value = std::optional<double>;

template <class Int>
Fault whole(Value value, Int& into, double least = 0) {
  if (!value) return "";
  const double most = std::min(kLargestCount, static_cast<double>(std::numeric_limits<Int>::max()));
  if (*value != std::floor(*value) || *value < least || *value > most)
    return fmt::format("must be a whole number from {} to {}", least, most);
  into = static_cast<Int>(*value);
  return "";
}

template <auto Member>
Fault resource_count(Draft& d, Value value) {
  std::int64_t count = 0;
  if (Fault fault = whole(value, count); !fault.empty()) return fault;
  if (value) d.trial.resources.*Member = count;
  return "";
}
template <auto Member>
std::string resource_text(const TrialRecord& t) {
  const auto& value = t.resources.*Member;
  return value ? fmt::format("{}", *value) : std::string();
}
template <auto Member>
Fault resource_time(Draft& d, Value value) {
  if (value) d.trial.resources.*Member = value;
  return "";
}

template <WindowFact Fact>
Fault set_fact(Draft& d, Value value) {
  if (value) d.trial.resources.facts[Fact] = {value, ""};
  return "";
}
template <WindowFact Fact>
std::string fact_text(const TrialRecord& t) {
  const auto found = t.resources.facts.find(Fact);
  return found == t.resources.facts.end() ? "" : number_text(found->second.value);
}
template <WindowFact Fact>
constexpr TrialField window_fact(const char* unit, const char* meaning) {
  return {key_of(Fact), unit, meaning, nullptr, set_fact<Fact>, fact_text<Fact>};
}

template <WindowFact Fact>
constexpr TrialField signed_fact(const char* unit, const char* meaning) {
  TrialField field = window_fact<Fact>(unit, meaning);
  field.may_be_negative = true;
  return field;
}

Fault seconds(Value value, Value& into) {
  if (value && *value > kLongestS) return fmt::format("must be at most {} s", kLongestS);
  if (value) into = value;
  return "";
}

/// Divided, not multiplied: so the decimals that went in come out.
template <Phase P>
std::string phase_text(const TrialRecord& t) {
  const auto phase = t.phase(P);
  if (!phase) return "";
  return number_text((static_cast<double>(phase->t1_ns) - static_cast<double>(phase->t0_ns)) / 1e9);
}

const Energy* total(const TrialRecord& t) {
  const auto found = std::find_if(t.energy.begin(), t.energy.end(),
                                  [](const Energy& energy) { return energy.scope == "total"; });
  return found != t.energy.end() ? &*found : nullptr;
}

template <std::int64_t TextWindow::*Member>
Fault window_count(Draft& d, Value value) {
  return whole(value, d.trial.text.window.*Member);
}
template <std::int64_t TextWindow::*Member>
Fault prefill_count(Draft& d, Value value) {
  return whole(value, d.trial.text.prefill.*Member);
}
std::string count_text(std::int64_t prompts, std::int64_t value) {
  return prompts > 0 ? fmt::format("{}", value) : std::string();
}
template <std::int64_t TextWindow::*Member>
std::string window_text(const TrialRecord& t) {
  return count_text(t.text.window.prompts, t.text.window.*Member);
}
template <std::int64_t TextWindow::*Member>
std::string prefill_text(const TrialRecord& t) {
  return count_text(t.text.prefill.prompts, t.text.prefill.*Member);
}

Fault set_status(Draft& d, std::string_view text) {
  if (const auto status = trial_status_from(std::string(text))) {
    d.trial.status = *status;
    return "";
  }
  const std::vector<std::string> all = {"ok",      "failed",        "unsupported", "crashed",
                                        "timeout", "out_of_memory", "different"};
  return fmt::format("'{}' is no status; there is: {}{}", text, fmt::join(all, ", "),
                     did_you_mean(text, all));
}

Fault set_class(Draft& d, std::string_view text) {
  for (const EnergyClass each : {EnergyClass::kMeasured, EnergyClass::kDerived,
                                 EnergyClass::kEstimated, EnergyClass::kAbsent})
    if (text == to_string(each)) {
      d.energy_class = each;
      return "";
    }
  return fmt::format("'{}' is no class of energies; there is: measured, derived, estimated, absent",
                     text);
}

Fault set_options(Draft& d, std::string_view text) {
  while (!text.empty()) {
    const std::string_view entry = text.substr(0, text.find(';'));
    text.remove_prefix(std::min(text.size(), entry.size() + 1));
    const auto equals = entry.find('=');
    if (equals == std::string_view::npos || equals == 0)
      return fmt::format("'{}' is no option; write KEY=VALUE;KEY=VALUE", entry);
    d.trial.configuration.options[std::string(entry.substr(0, equals))] = entry.substr(equals + 1);
  }
  return "";
}

std::string options_text(const TrialRecord& t) {
  std::string text;
  for (const auto& [key, value] : t.configuration.options)
    text += fmt::format("{}{}={}", text.empty() ? "" : ";", key, value);
  return text;
}

/// A cause says no more than its code when it comes from a file.
Fault set_codes(Draft& d, std::string_view text) {
  for (const std::string& code : split(text, ' '))
    if (!code.empty()) d.trial.invalid.push_back({code, code});
  return "";
}

template <std::vector<std::int64_t> TextResult::*Member>
Fault set_text_times(Draft& d, std::string_view text) {
  return read_times(text, d.trial.text.*Member);
}
template <std::vector<std::int64_t> TextResult::*Member>
std::string text_times(const TrialRecord& t) {
  return times_text(t.text.*Member);
}

// clang-format off
constexpr TrialField kFields[] = {
    {"model", "", "name of the model; required",
     [](Draft& d, std::string_view v) { d.trial.model = v; return Fault(); }, nullptr,
     [](const TrialRecord& t) { return t.model; }},
    {"engine", "", "name of the engine; required",
     [](Draft& d, std::string_view v) { d.trial.configuration.engine = v; return Fault(); }, nullptr,
     [](const TrialRecord& t) { return t.configuration.engine; }},
    {"engine_version", "", "version of the engine",
     [](Draft& d, std::string_view v) { d.trial.install.version = v; return Fault(); }, nullptr,
     [](const TrialRecord& t) { return t.install.version; }},
    {"provider", "", "execution provider: cpu, cuda",
     [](Draft& d, std::string_view v) { d.trial.configuration.provider = v; return Fault(); }, nullptr,
     [](const TrialRecord& t) { return t.configuration.provider; }},
    {"precision", "", "f32, f16, bf16, int8; empty: not known",
     [](Draft& d, std::string_view v) { d.trial.configuration.precision = v; return Fault(); }, nullptr,
     [](const TrialRecord& t) { return t.configuration.precision; }},
    {"threads", "", "threads of the engine; empty or 0: not known", nullptr,
     [](Draft& d, Value v) { return whole(v, d.trial.configuration.threads); },
     [](const TrialRecord& t) { return t.configuration.threads == 0 ? std::string() : fmt::format("{}", t.configuration.threads); }},
    {"batch", "", "samples of a call (default 1)", nullptr,
     [](Draft& d, Value v) { return whole(v, d.trial.configuration.batch, 1); },
     [](const TrialRecord& t) { return fmt::format("{}", t.configuration.batch); }},
    {"options", "", "the engine's own options, KEY=VALUE;KEY=VALUE", set_options, nullptr, options_text},
    {"block", "", "repetition, any word: numbered from 0 in the order of appearance (default one block)",
     [](Draft& d, std::string_view v) { d.block = v; return Fault(); }, nullptr,
     [](const TrialRecord& t) { return fmt::format("{}", t.block); }},
    {"position", "", "place in its block, from 0 (default the order of the file)", nullptr,
     [](Draft& d, Value v) { int place = 0; Fault fault = whole(v, place); if (v) d.position = place; return fault; },
     [](const TrialRecord& t) { return fmt::format("{}", t.position); }},
    {"attempt", "", "try, from 0 (default 0)", nullptr,
     [](Draft& d, Value v) { return whole(v, d.trial.attempt); },
     [](const TrialRecord& t) { return fmt::format("{}", t.attempt); }},
    {"status", "", "ok (default), failed, unsupported, crashed, timeout, out_of_memory, different", set_status, nullptr,
     [](const TrialRecord& t) { return std::string(to_string(t.status)); }},
    {"reason", "", "why, when not ok",
     [](Draft& d, std::string_view v) { d.trial.reason = v; return Fault(); }, nullptr,
     [](const TrialRecord& t) { return t.reason; }},
    {"disturbed", "", "what on the machine disturbed it: codes with blanks between them", set_codes, nullptr, codes_text},
    {"energy_J", "J", "total energy of the window (default the sum of the scopes)", nullptr,
     [](Draft& d, Value v) { d.has_total = true; d.total_j = v; return Fault(); },
     [](const TrialRecord& t) { return total(t) ? number_text(total(t)->joules) : std::string(); }},
    {"energy_u_J", "J", "standard uncertainty of the total", nullptr,
     [](Draft& d, Value v) { d.total_uncertainty_j = v; return Fault(); },
     [](const TrialRecord& t) { return total(t) ? number_text(total(t)->uncertainty_j) : std::string(); }},
    {"energy_class", "", "measured, derived (default), estimated, absent", set_class, nullptr,
     [](const TrialRecord& t) { return total(t) ? std::string(to_string(total(t)->energy_class)) : std::string(); }},
    {"energy_reason", "", "why there is no total, one word (default not_recorded)",
     [](Draft& d, std::string_view v) { d.energy_reason = v; return Fault(); }, nullptr,
     [](const TrialRecord& t) { return total(t) ? total(t)->reason : std::string(); }},
    {"duration_s", "s", "length of the window", nullptr,
     [](Draft& d, Value v) { return seconds(v, d.duration_s); }, phase_text<Phase::kMeasure>},
    {"iterations", "", "calls of the model in the window (default 1: values are per run)", nullptr,
     [](Draft& d, Value v) { return whole(v, d.trial.iterations); },
     [](const TrialRecord& t) { return fmt::format("{}", t.iterations); }},
    {"prompts", "", "of a language model: prompts in the window", nullptr,
     window_count<&TextWindow::prompts>, window_text<&TextWindow::prompts>},
    {"prompt_tokens", "", "tokens read in the window", nullptr,
     window_count<&TextWindow::prompt_tokens>, window_text<&TextWindow::prompt_tokens>},
    {"new_tokens", "", "tokens generated in the window", nullptr,
     window_count<&TextWindow::new_tokens>, window_text<&TextWindow::new_tokens>},
    {"prefill_s", "s", "length of a second window, whose requests end with their first token", nullptr,
     [](Draft& d, Value v) { return seconds(v, d.prefill_s); }, phase_text<Phase::kPrefill>},
    {"prefill_prompts", "", "prompts in that window", nullptr,
     prefill_count<&TextWindow::prompts>, prefill_text<&TextWindow::prompts>},
    {"prefill_prompt_tokens", "", "tokens read in that window", nullptr,
     prefill_count<&TextWindow::prompt_tokens>, prefill_text<&TextWindow::prompt_tokens>},
    {"prefill_total_J", "J", "total energy of that window", nullptr,
     [](Draft& d, Value v) { d.trial.text.prefill_joules = v; return Fault(); },
     [](const TrialRecord& t) { return number_text(t.text.prefill_joules); }},
    {"prefill_total_u_J", "J", "standard uncertainty of it", nullptr,
     [](Draft& d, Value v) { d.trial.text.prefill_uncertainty_j = v; return Fault(); },
     [](const TrialRecord& t) { return number_text(t.text.prefill_uncertainty_j); }},
    {"cpu_s", "s", "CPU time of all threads in the window", nullptr,
     resource_time<&Resources::cpu_s>, [](const TrialRecord& t) { return number_text(t.resources.cpu_s); }},
    {"peak_rss_bytes", "B", "largest resident memory in the window", nullptr,
     resource_count<&Resources::peak_rss_bytes>, resource_text<&Resources::peak_rss_bytes>},
    {"load_peak_rss_bytes", "B", "largest resident memory before the window", nullptr,
     resource_count<&Resources::load_peak_rss_bytes>, resource_text<&Resources::load_peak_rss_bytes>},
    {"quality", "", "how good the outputs are, more is better: an accuracy, a score", nullptr,
     [](Draft& d, Value v) { d.trial.quality = v; return Fault(); },
     [](const TrialRecord& t) { return number_text(t.quality); }},
    {"load_s", "s", "time to load the model", nullptr,
     [](Draft& d, Value v) { return seconds(v, d.load_s); }, phase_text<Phase::kLoad>},
    {"build_s", "s", "time to build it, where that is apart from loading", nullptr,
     [](Draft& d, Value v) { return seconds(v, d.build_s); }, phase_text<Phase::kBuild>},
    {"minor_faults", "", "minor page faults in the window", nullptr,
     resource_count<&Resources::minor_faults>, resource_text<&Resources::minor_faults>},
    {"major_faults", "", "major page faults in the window", nullptr,
     resource_count<&Resources::major_faults>, resource_text<&Resources::major_faults>},
    {"voluntary_switches", "", "voluntary context switches in the window", nullptr,
     resource_count<&Resources::voluntary_switches>, resource_text<&Resources::voluntary_switches>},
    {"involuntary_switches", "", "involuntary context switches in the window", nullptr,
     resource_count<&Resources::involuntary_switches>, resource_text<&Resources::involuntary_switches>},
    window_fact<WindowFact::kReadBytes>("B", "bytes that the worker read from storage"),
    window_fact<WindowFact::kWrittenBytes>("B", "bytes that the worker wrote to storage"),
    window_fact<WindowFact::kGroupCpu>("s", "CPU time of the worker's control group"),
    window_fact<WindowFact::kGroupThrottles>("", "periods in which its CPU limit held the group back"),
    window_fact<WindowFact::kGroupThrottled>("s", "time that it was held back"),
    window_fact<WindowFact::kGroupPeak>("B", "largest memory of the group in the window"),
    window_fact<WindowFact::kGroupReadBytes>("B", "bytes that the group read from block devices"),
    window_fact<WindowFact::kGroupWrittenBytes>("B", "bytes that the group wrote to block devices"),
    window_fact<WindowFact::kPressureCpu>("s", "time in which some process waited for a processor"),
    window_fact<WindowFact::kPressureMemory>("s", "time in which some process waited for memory"),
    window_fact<WindowFact::kPressureIo>("s", "time in which some process waited for input or output"),
    signed_fact<WindowFact::kTemperatureBegin>("°C", "temperature of the processor before the window"),
    signed_fact<WindowFact::kTemperatureEnd>("°C", "temperature of the processor after the window"),
    signed_fact<WindowFact::kTemperatureMax>("°C", "its highest temperature in the window"),
    window_fact<WindowFact::kFrequency>("MHz", "mean processor frequency in the window"),
    window_fact<WindowFact::kThermalThrottles>("", "times that a processor was slowed down for heat"),
    window_fact<WindowFact::kSamplerCpu>("%", "CPU time of the program's own sampler, of one core"),
    window_fact<WindowFact::kSamplerMissed>("", "ticks that it skipped because it was late"),
    window_fact<WindowFact::kSuspended>("s", "time that the machine slept before the window's end"),
    signed_fact<WindowFact::kClockStep>("s", "by how much the wall clock was set in the window"),
    window_fact<WindowFact::kSteal>("s", "time that the hypervisor took from the processors"),
    window_fact<WindowFact::kForeignCpu>("s", "CPU time of everything but the worker"),
    window_fact<WindowFact::kWaitedCpu>("s", "time that the worker's threads were ready and waited for a processor, added"),
    window_fact<WindowFact::kCooldown>("s", "how long the machine rested before the trial"),
    signed_fact<WindowFact::kCooldownTemperature>("°C", "temperature at the end of that rest"),
    window_fact<WindowFact::kCooldownPower>("W", "power at the end of that rest"),
    window_fact<WindowFact::kCooldownMissed>("", "1: the longest rest ended it; 0: the machine was as cool as it had been"),
    window_fact<WindowFact::kWarmupScatter>("", "coefficient of variation of the last calls of the warm-up"),
    signed_fact<WindowFact::kWarmupTrend>("", "trend of the last calls of the warm-up, as a part of their time"),
    signed_fact<WindowFact::kWarmupSlope>("°C/min", "by how much the processor warmed at the end of the warm-up"),
    window_fact<WindowFact::kBusy>("s", "with a rate: time of the window in which the model answered"),
    window_fact<WindowFact::kQueueMax>("", "with a rate: most requests that waited at once"),
    window_fact<WindowFact::kWarmupClock>("", "change of the clocks at the end of the warm-up, as a part of their mean"),
    window_fact<WindowFact::kWarmupUnsettled>("", "what had not settled at the end of the warm-up: the sum of 1 times, 2 temperature, 4 clocks, 8 throttling"),
    window_fact<WindowFact::kWakeLate>("s", "with a rate: mean time from the arrival of a request that found the model free to its begin"),
    window_fact<WindowFact::kClientCpu>("s", "where a server did the work: CPU time of the worker, which is its client"),
    {"warmup_iterations", "", "calls of the warm-up", nullptr,
     [](Draft& d, Value v) { return whole(v, d.trial.warmup_iterations); },
     [](const TrialRecord& t) { return t.warmup_iterations > 0 ? fmt::format("{}", t.warmup_iterations) : std::string(); }},
    {"steady", "", "1: the warm-up ended because times were steady; 0: by its cap", nullptr,
     [](Draft& d, Value v) { int one = 1; Fault fault = whole(v, one); d.trial.steady = one != 0; return fault; },
     [](const TrialRecord& t) { return t.warmup_iterations > 0 ? std::string(t.steady ? "1" : "0") : std::string(); }},
    {"started_at", "s", "when it began, seconds since 1970", nullptr,
     [](Draft& d, Value v) { if (v) d.trial.started_at = *v; return Fault(); },
     [](const TrialRecord& t) { return number_text(t.started_at); }},
    {"host", "", "the machine, any word",
     [](Draft& d, std::string_view v) { d.trial.host = v; return Fault(); }, nullptr,
     [](const TrialRecord& t) { return t.host; }},
    {"latencies_ms", "ms", "the durations of all calls, separated by spaces",
     [](Draft& d, std::string_view v) { return read_times(v, d.trial.durations_ns); }, nullptr,
     [](const TrialRecord& t) { return times_text(t.durations_ns); }, true},
    {"calls_per_latency", "", "calls that one of these durations covers (default 1)", nullptr,
     [](Draft& d, Value v) { return whole(v, d.trial.calls_per_record, 1); },
     [](const TrialRecord& t) { return fmt::format("{}", t.calls_per_record); }, true},
    {"first_token_ms", "ms", "times from each request's begin to its first token",
     set_text_times<&TextResult::first_token_ns>, nullptr, text_times<&TextResult::first_token_ns>, true},
    {"inter_token_ms", "ms", "times between tokens after the first",
     set_text_times<&TextResult::inter_token_ns>, nullptr, text_times<&TextResult::inter_token_ns>, true},
};
// clang-format on

Fault set_number(Draft& draft, const FieldRef& ref, Value value) {
  const bool may_be_negative = ref.field != nullptr && ref.field->may_be_negative;
  if (value && *value < 0 && !may_be_negative)
    return fmt::format("{} is negative, which no {} can be", *value, ref.name());
  if (ref.field != nullptr) return ref.field->number(draft, value);
  set_scope(draft, ref.scope, value);
  return "";
}

}  // namespace

std::string codes_text(const TrialRecord& trial) {
  std::vector<std::string> codes;
  for (const Caveat& cause : trial.invalid) codes.push_back(cause.code);
  return fmt::format("{}", fmt::join(codes, " "));
}

std::span<const TrialField> trial_fields() {
  return kFields;
}

std::string FieldRef::name() const {
  return field != nullptr ? std::string(field->name) : scope + std::string(kScopeSuffix);
}

std::optional<FieldRef> find_field(std::string_view name) {
  for (const TrialField& field : kFields)
    if (name == field.name) return FieldRef{&field, ""};
  if (!name.ends_with(kScopeSuffix) || name.size() == kScopeSuffix.size()) return std::nullopt;
  name.remove_suffix(kScopeSuffix.size());
  return name == "total" ? std::nullopt : std::optional(FieldRef{nullptr, std::string(name)});
}

std::vector<std::string> field_names() {
  std::vector<std::string> names;
  for (const TrialField& field : kFields) names.emplace_back(field.name);
  for (const char* scope : kUsualScopes) names.push_back(scope + std::string(kScopeSuffix));
  return names;
}

Fault set_field(TrialDraft& draft, const FieldRef& ref, std::string_view text, double factor) {
  if (!ref.is_number()) return text.empty() ? Fault() : ref.field->word(draft, text);
  const Number value = read_number(text);
  if (!value) return value.error();
  return set_number(draft, ref, *value ? Value(**value * factor) : Value());
}

std::string fields_text() {
  TextTable table({{.head = "field"}, {.head = "unit"}, {.head = "meaning"}});
  for (const TrialField& field : kFields) table.add_row({field.name, field.unit, field.meaning});
  table.add_row(
      {"SCOPE_energy_J", "J", "energy of one scope: cpu_energy_J, gpu_energy_J, dram_energy_J"});
  return table.to_string();
}

}  // namespace joulemark::exchange
