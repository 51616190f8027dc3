// SPDX-License-Identifier: Apache-2.0
// The rows of the table of metrics, and how each is read from a trial.
#include "verdict/metric.h"

#include <cmath>
#include <initializer_list>
#include <nlohmann/json.hpp>

#include "stats/descriptive.h"
#include "verdict/collect.h"
#include "verdict/fixed_rate.h"

namespace joulemark::verdict {
namespace {

using Value = std::optional<double>;

constexpr double kNsPerMs = 1e6;

Value finite(double value) {
  return std::isfinite(value) ? Value(value) : std::nullopt;
}

Value per_inference(const TrialFacts& facts, Value amount) {
  const double inferences = facts.record->inferences();
  return amount && inferences > 0 ? finite(*amount / inferences) : std::nullopt;
}

/// Joules that may be ranked.
Value joules(const TrialFacts& facts) {
  const Energy* total = total_energy(*facts.record);
  return total != nullptr && is_rankable(*total) ? total->joules : std::nullopt;
}

Value window(const TrialFacts& facts) {
  const double seconds = facts.record->window_s();
  return seconds > 0 ? finite(seconds) : std::nullopt;
}

/// Of the window: at a fixed rate, that in which the model answered. The rest is the same for all.
Value answering(const TrialFacts& facts) {
  const double seconds = answering_s(*facts.record);
  return seconds > 0 ? finite(seconds) : std::nullopt;
}

Value rate_of(double count, Value seconds) {
  return seconds && count > 0 ? finite(count / *seconds) : std::nullopt;
}

Value energy(const TrialFacts& facts) {
  return per_inference(facts, joules(facts));
}

Value energy_uncertainty(const TrialFacts& facts) {
  if (!joules(facts)) return std::nullopt;
  return per_inference(facts, total_energy(*facts.record)->uncertainty_j);
}

Value power(const TrialFacts& facts) {
  const Value energy = joules(facts);
  const Value seconds = window(facts);
  return energy && seconds ? finite(*energy / *seconds) : std::nullopt;
}

Value time_per_inference(const TrialFacts& facts) {
  return per_inference(facts, answering(facts));
}

Value throughput(const TrialFacts& facts) {
  return rate_of(facts.record->inferences(), window(facts));
}

Value cpu(const TrialFacts& facts) {
  return per_inference(facts, facts.record->resources.cpu_s);
}

template <Phase Which>
Value phase_time(const TrialFacts& facts) {
  const auto phase = facts.record->phase(Which);
  if (!phase) return std::nullopt;
  return finite((static_cast<double>(phase->t1_ns) - static_cast<double>(phase->t0_ns)) / 1e9);
}

template <Phase Which>
Value phase_joules(const TrialFacts& facts) {
  const PhaseEnergy* energy = facts.record->phase_energy(Which);
  return energy != nullptr ? finite(energy->joules) : std::nullopt;
}

Value per(Value amount, std::int64_t count) {
  return amount && count > 0 ? finite(*amount / static_cast<double>(count)) : std::nullopt;
}

Value energy_per_token(const TrialFacts& facts) {
  return per(joules(facts), facts.record->text.window.new_tokens);
}

Value time_per_token(const TrialFacts& facts) {
  return per(answering(facts), facts.record->text.window.new_tokens);
}

Value token_rate(const TrialFacts& facts) {
  return rate_of(static_cast<double>(facts.record->text.window.new_tokens), window(facts));
}

/// Mean time from one token to the next within a request.
Value time_per_output_token(const TrialFacts& facts) {
  const auto& steps = facts.record->text.inter_token_ns;
  double sum = 0;
  for (const std::int64_t ns : steps) sum += static_cast<double>(ns);
  return per(sum / kNsPerMs, static_cast<std::int64_t>(steps.size()));
}

Value prefill_rate(const TrialFacts& facts) {
  const auto prefill = facts.record->phase(Phase::kPrefill);
  if (!prefill || prefill->t1_ns <= prefill->t0_ns) return std::nullopt;
  const double seconds =
      (static_cast<double>(prefill->t1_ns) - static_cast<double>(prefill->t0_ns)) / 1e9;
  const double tokens = static_cast<double>(facts.record->text.prefill.prompt_tokens);
  return tokens > 0 ? finite(tokens / seconds) : std::nullopt;
}

Value prefill_energy(const TrialFacts& facts) {
  const TextResult& text = facts.record->text;
  return per(text.prefill_joules, text.prefill.prompt_tokens);
}

/// What is left of a prompt's energy when that of the prompt alone, with its first token, is taken
/// away, over the tokens behind the first (method: matched windows).
Value decode_energy(const TrialFacts& facts) {
  const TextResult& text = facts.record->text;
  const Value whole = per(joules(facts), text.window.prompts);
  const Value prompt = per(text.prefill_joules, text.prefill.prompts);
  if (!whole || !prompt) return std::nullopt;
  const double prompts = static_cast<double>(text.window.prompts);
  const double behind = static_cast<double>(text.window.new_tokens) / prompts - 1;
  return behind > 0 ? finite((*whole - *prompt) / behind) : std::nullopt;
}

/// Energy × time^Power of what is counted: a generated token of a language model, else an inference
/// (Horowitz, Indermaur & Gonzalez 1994, ISLPED: energy-delay product).
template <int Power>
Value energy_delay(const TrialFacts& facts) {
  const bool text = facts.record->text.window.new_tokens > 0;
  const Value joules = text ? energy_per_token(facts) : energy(facts);
  const Value seconds = text ? time_per_token(facts) : time_per_inference(facts);
  return joules && seconds ? finite(*joules * std::pow(*seconds, Power)) : std::nullopt;
}

/// Of the window, by generated token or inference.
Value per_unit(const TrialFacts& facts, Value amount) {
  const std::int64_t tokens = facts.record->text.window.new_tokens;
  return tokens > 0 ? per(amount, tokens) : per_inference(facts, amount);
}

using Rest = std::optional<RestPower>;

Rest idle(const TrialFacts& facts) {
  return facts.idle;
}

Rest ready(const TrialFacts& facts) {
  return ready_power(*facts.record);
}

/// What is left when a power at rest over the window is taken away. May be below 0, which says
/// that the machine was not at rest; it is never made 0.
template <Rest (*RestOf)(const TrialFacts&)>
Value energy_above(const TrialFacts& facts) {
  const Value gross = joules(facts);
  const Value seconds = window(facts);
  const Rest rest = RestOf(facts);
  if (!gross || !seconds || !rest) return std::nullopt;
  return per_unit(facts, *gross - rest->watts * *seconds);
}

/// Of the difference: the errors of the two powers are independent, whoever read them.
template <Rest (*RestOf)(const TrialFacts&)>
Value energy_above_uncertainty(const TrialFacts& facts) {
  const Value seconds = window(facts);
  const Rest rest = RestOf(facts);
  if (!joules(facts) || !seconds || !rest || !rest->standard_u) return std::nullopt;
  const Value of_window = total_energy(*facts.record)->uncertainty_j;
  if (!of_window) return std::nullopt;
  return per_unit(facts, std::hypot(*of_window, *rest->standard_u * *seconds));
}

Value quality(const TrialFacts& facts) {
  const Value& quality = facts.record->quality;
  return quality && *quality > 0 ? finite(*quality) : std::nullopt;
}

template <std::optional<double> TrialFacts::*Member>
Value latency(const TrialFacts& facts) {
  return facts.*Member;
}

template <std::optional<std::int64_t> Resources::*Member>
Value counter(const TrialFacts& facts) {
  const auto& value = facts.record->resources.*Member;
  return value ? Value(static_cast<double>(*value)) : std::nullopt;
}

template <WindowFact Fact>
Value observed(const TrialFacts& facts) {
  const auto& all = facts.record->resources.facts;
  const auto found = all.find(Fact);
  return found == all.end() ? std::nullopt : found->second.value;
}

/// What explains a trial; the table of facts has its key.
template <WindowFact Fact>
constexpr Metric window_fact(const char* unit, const char* title, Format format) {
  return {key_of(Fact), unit, title, Better::kNeither, format, observed<Fact>};
}

// clang-format off
constexpr Metric kMetrics[] = {
    {"energy_per_inference_J", "J", "energy per inference", Better::kLess, Format::kSi, energy},
    {"energy_uncertainty_J", "J", "uncertainty of the energy", Better::kNeither, Format::kSi, energy_uncertainty},
    {"power_W", "W", "power in the window", Better::kNeither, Format::kSi, power},
    {"time_per_inference_s", "s", "time per inference", Better::kLess, Format::kSi, time_per_inference},
    {"throughput_per_s", "/s", "throughput", Better::kMore, Format::kDecimal, throughput},
    {"latency_p50_ms", "ms", "latency p50", Better::kLess, Format::kMillis, latency<&TrialFacts::p50_ms>},
    {"latency_p95_ms", "ms", "latency p95", Better::kLess, Format::kMillis, latency<&TrialFacts::p95_ms>},
    {"latency_p99_ms", "ms", "latency p99", Better::kLess, Format::kMillis, latency<&TrialFacts::p99_ms>},
    {"cpu_per_inference_s", "s", "CPU time per inference", Better::kLess, Format::kSi, cpu},
    {"peak_rss_bytes", "B", "peak memory", Better::kLess, Format::kBytes, counter<&Resources::peak_rss_bytes>},
    {"load_peak_rss_bytes", "B", "peak memory while loading", Better::kLess, Format::kBytes, counter<&Resources::load_peak_rss_bytes>},
    {"load_s", "s", "load time", Better::kLess, Format::kSi, phase_time<Phase::kLoad>},
    {"build_s", "s", "build time", Better::kLess, Format::kSi, phase_time<Phase::kBuild>},
    {"minor_faults", "", "minor page faults", Better::kNeither, Format::kCount, counter<&Resources::minor_faults>},
    {"major_faults", "", "major page faults", Better::kNeither, Format::kCount, counter<&Resources::major_faults>},
    {"voluntary_switches", "", "voluntary context switches", Better::kNeither, Format::kCount, counter<&Resources::voluntary_switches>},
    {"involuntary_switches", "", "involuntary context switches", Better::kNeither, Format::kCount, counter<&Resources::involuntary_switches>},
    {"energy_per_token_J", "J", "energy per generated token", Better::kLess, Format::kSi, energy_per_token},
    {"time_per_token_s", "s", "time per generated token", Better::kLess, Format::kSi, time_per_token},
    {"tokens_per_s", "/s", "generated tokens per second", Better::kMore, Format::kDecimal, token_rate},
    {"ttft_p50_ms", "ms", "time to first token p50", Better::kLess, Format::kMillis, latency<&TrialFacts::ttft_p50_ms>},
    {"ttft_p95_ms", "ms", "time to first token p95", Better::kLess, Format::kMillis, latency<&TrialFacts::ttft_p95_ms>},
    {"tpot_ms", "ms", "time per output token", Better::kLess, Format::kMillis, time_per_output_token},
    {"itl_p50_ms", "ms", "inter-token latency p50", Better::kLess, Format::kMillis, latency<&TrialFacts::itl_p50_ms>},
    {"itl_p95_ms", "ms", "inter-token latency p95", Better::kLess, Format::kMillis, latency<&TrialFacts::itl_p95_ms>},
    {"itl_p99_ms", "ms", "inter-token latency p99", Better::kLess, Format::kMillis, latency<&TrialFacts::itl_p99_ms>},
    {"prompt_tokens_per_s", "/s", "prompt tokens per second", Better::kMore, Format::kDecimal, prefill_rate},
    {"prefill_energy_per_token_J", "J", "energy per prompt token", Better::kLess, Format::kSi, prefill_energy},
    {"decode_energy_per_token_J", "J", "energy per token behind the first", Better::kLess, Format::kSi, decode_energy},
    {"energy_delay_Js", "J·s", "energy-delay product", Better::kLess, Format::kSi, energy_delay<1>},
    {"energy_delay2_Js2", "J·s²", "energy-delay-squared product", Better::kLess, Format::kSi, energy_delay<2>},
    {"energy_above_idle_J", "J", "energy above idle", Better::kLess, Format::kSi, energy_above<idle>},
    {"energy_above_idle_uncertainty_J", "J", "uncertainty of the energy above idle", Better::kNeither, Format::kSi, energy_above_uncertainty<idle>},
    {"energy_above_ready_J", "J", "energy above ready", Better::kLess, Format::kSi, energy_above<ready>},
    {"energy_above_ready_uncertainty_J", "J", "uncertainty of the energy above ready", Better::kNeither, Format::kSi, energy_above_uncertainty<ready>},
    {"load_J", "J", "energy of loading", Better::kLess, Format::kSi, phase_joules<Phase::kLoad>},
    {"build_J", "J", "energy of building", Better::kLess, Format::kSi, phase_joules<Phase::kBuild>},
    {"quality", "", "quality of the outputs", Better::kMore, Format::kDecimal, quality},
    window_fact<WindowFact::kReadBytes>("B", "bytes read from storage", Format::kBytes),
    window_fact<WindowFact::kWrittenBytes>("B", "bytes written to storage", Format::kBytes),
    window_fact<WindowFact::kGroupCpu>("s", "CPU time of the control group", Format::kSi),
    window_fact<WindowFact::kGroupThrottles>("", "times throttled by the control group", Format::kCount),
    window_fact<WindowFact::kGroupThrottled>("s", "time throttled by the control group", Format::kSi),
    window_fact<WindowFact::kGroupPeak>("B", "peak memory of the control group", Format::kBytes),
    window_fact<WindowFact::kGroupReadBytes>("B", "bytes read by the control group", Format::kBytes),
    window_fact<WindowFact::kGroupWrittenBytes>("B", "bytes written by the control group", Format::kBytes),
    window_fact<WindowFact::kPressureCpu>("s", "time waited for processors", Format::kSi),
    window_fact<WindowFact::kPressureMemory>("s", "time waited for memory", Format::kSi),
    window_fact<WindowFact::kPressureIo>("s", "time waited for input and output", Format::kSi),
    window_fact<WindowFact::kTemperatureBegin>("°C", "temperature at the begin", Format::kDecimal),
    window_fact<WindowFact::kTemperatureEnd>("°C", "temperature at the end", Format::kDecimal),
    window_fact<WindowFact::kTemperatureMax>("°C", "highest temperature", Format::kDecimal),
    window_fact<WindowFact::kFrequency>("MHz", "mean processor frequency", Format::kDecimal),
    window_fact<WindowFact::kThermalThrottles>("", "times slowed down for heat", Format::kCount),
    window_fact<WindowFact::kSamplerCpu>("%", "processor time of the sampler", Format::kDecimal),
    window_fact<WindowFact::kSamplerMissed>("", "ticks that the sampler missed", Format::kCount),
    window_fact<WindowFact::kSuspended>("s", "time that the machine was suspended", Format::kSi),
    window_fact<WindowFact::kClockStep>("s", "step of the wall clock", Format::kSi),
    window_fact<WindowFact::kSteal>("s", "time that the hypervisor took", Format::kSi),
    window_fact<WindowFact::kForeignCpu>("s", "CPU time of everybody else", Format::kSi),
    window_fact<WindowFact::kWaitedCpu>("s", "time its threads waited for a processor", Format::kSi),
    window_fact<WindowFact::kCooldown>("s", "rest before the trial", Format::kSi),
    window_fact<WindowFact::kCooldownTemperature>("°C", "temperature after the rest", Format::kDecimal),
    window_fact<WindowFact::kCooldownPower>("W", "power after the rest", Format::kSi),
    window_fact<WindowFact::kCooldownMissed>("", "rests that a limit ended", Format::kCount),
    window_fact<WindowFact::kWarmupScatter>("", "scatter at the end of the warm-up", Format::kDecimal),
    window_fact<WindowFact::kWarmupTrend>("", "trend at the end of the warm-up", Format::kDecimal),
    window_fact<WindowFact::kWarmupSlope>("°C/min", "warming at the end of the warm-up", Format::kDecimal),
    window_fact<WindowFact::kBusy>("s", "time in which the model answered", Format::kSi),
    window_fact<WindowFact::kQueueMax>("", "longest queue", Format::kCount),
    window_fact<WindowFact::kWarmupClock>("", "change of the clocks at the end of the warm-up", Format::kDecimal),
    window_fact<WindowFact::kWarmupUnsettled>("", "what had not settled after the warm-up", Format::kCount),
    window_fact<WindowFact::kWakeLate>("s", "lateness of a request's begin", Format::kSi),
    window_fact<WindowFact::kClientCpu>("s", "CPU time of the client of a server", Format::kSi),
};
// clang-format on
static_assert(std::size(kMetrics) == static_cast<std::size_t>(MetricId::kCount),
              "one row per MetricId, in its order");

}  // namespace

std::span<const Metric> metrics() {
  return kMetrics;
}

const Metric& metric(MetricId id) {
  return kMetrics[static_cast<std::size_t>(id)];
}

const Metric* find_metric(std::string_view key) {
  for (const Metric& metric : kMetrics) {
    if (key == metric.key) return &metric;
  }
  return nullptr;
}

TrialFacts facts_of(const TrialRecord& record, std::vector<std::int64_t>& scratch) {
  TrialFacts facts;
  facts.record = &record;
  facts.idle = own_idle_power(record);
  if (record.calls_per_record < 1) return facts;
  const auto quantiles = [&](const std::vector<std::int64_t>& times, std::int64_t calls,
                             std::initializer_list<Value*> into) {
    if (times.empty()) return;
    scratch.assign(times.begin(), times.end());
    constexpr double kProbabilities[] = {0.50, 0.95, 0.99};
    const auto ns = stats::quantiles_in_place(std::span<std::int64_t>(scratch), kProbabilities);
    const double divisor = kNsPerMs * static_cast<double>(calls);
    for (std::size_t i = 0; i < into.size(); ++i) *into.begin()[i] = ns[i] / divisor;
  };
  quantiles(record.durations_ns, record.calls_per_record,
            {&facts.p50_ms, &facts.p95_ms, &facts.p99_ms});
  quantiles(record.text.first_token_ns, 1, {&facts.ttft_p50_ms, &facts.ttft_p95_ms});
  quantiles(record.text.inter_token_ns, 1,
            {&facts.itl_p50_ms, &facts.itl_p95_ms, &facts.itl_p99_ms});
  return facts;
}

TrialFacts facts_of(const ExperimentRecord& experiment, const TrialRecord& record,
                    std::vector<std::int64_t>& scratch) {
  TrialFacts facts = facts_of(record, scratch);
  facts.idle = idle_power(experiment, record);
  return facts;
}

bool is_of_text(MetricId id) {
  return id >= MetricId::kEnergyPerToken && id <= MetricId::kDecodeEnergy;
}

const Energy* total_energy(const TrialRecord& record) {
  for (const Energy& energy : record.energy) {
    if (energy.scope == "total") return &energy;
  }
  return nullptr;
}

bool is_rankable(const Energy& energy) {
  const bool read =
      energy.energy_class == EnergyClass::kMeasured || energy.energy_class == EnergyClass::kDerived;
  return read && energy.joules && std::isfinite(*energy.joules) && *energy.joules > 0;
}

}  // namespace joulemark::verdict
