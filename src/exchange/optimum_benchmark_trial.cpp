// SPDX-License-Identifier: Apache-2.0
// From a report's targets to one window. The names are those that optimum-benchmark writes, of all
// its versions since its reports have targets.
#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <cmath>
#include <map>
#include <nlohmann/json.hpp>
#include <numeric>

#include "exchange/json_text.h"
#include "exchange/optimum_benchmark.h"

namespace joulemark::exchange {
namespace {

using nlohmann::json;
using Fault = std::string;
using Draft = tl::expected<TrialDraft, std::string>;

constexpr double kJoulesPerKwh = 3.6e6;
constexpr double kBytesPerMb = 1e6;
constexpr double kNsPerS = 1e9;
/// Half of what 64 bits of nanoseconds hold: two targets may be added.
constexpr double kLongestS = 4e9;
/// What a target measures of a call is the whole call.
constexpr const char* kWholeCalls[] = {"generate", "forward", "call"};
/// Of a backend's configuration: what the record has a place for, and what says nothing of the
/// work.
constexpr const char* kNoOptions[] = {"name",
                                      "version",
                                      "_target_",
                                      "model",
                                      "processor",
                                      "task",
                                      "library",
                                      "model_type",
                                      "device",
                                      "device_ids",
                                      "seed",
                                      "inter_op_num_threads",
                                      "torch_dtype",
                                      "processor_kwargs",
                                      "eval_mode",
                                      "intra_op_num_threads",
                                      "provider",
                                      "hub_kwargs",
                                      "torch_compile_target"};

/// Energies of one call, joules; nothing where the tool had no value.
struct Energies {
  std::optional<double> cpu, gpu, ram, total;
};

/// What a report has of one target.
struct Target {
  std::vector<std::int64_t> calls_ns;
  Energies energy;
  std::optional<double> ram_bytes;
};

/// Reads what is there; the first fault is kept.
class TargetReader {
 public:
  explicit TargetReader(const json& target) : target_(target) {}

  Target read() {
    Target target;
    read_calls(target);
    demand_unit("energy", "kWh");
    target.energy = {energy("cpu"), energy("gpu"), energy("ram"), energy("total")};
    demand_unit("memory", "MB");
    if (const auto ram = number({"memory", "max_ram"})) target.ram_bytes = *ram * kBytesPerMb;
    return target;
  }
  [[nodiscard]] const Fault& fault() const { return fault_; }

 private:
  void complain(const Fault& fault) {
    if (fault_.empty()) fault_ = fault;
  }
  std::optional<double> number(Keys keys) {
    const auto value = number_at(target_, keys);
    if (!value) complain(value.error());
    return value.value_or(std::nullopt);
  }
  /// Codecarbon says 0 of what it did not follow.
  std::optional<double> energy(const char* key) {
    const auto kwh = number({"energy", key});
    return kwh && *kwh > 0 ? std::optional(*kwh * kJoulesPerKwh) : std::nullopt;
  }
  void demand_unit(const char* what, const std::string& unit) {
    const json* there = value_at(target_, {what});
    if (there == nullptr) return;
    const std::string found = text_at(*there, {"unit"});
    if (found != unit) complain(fmt::format("'{}.unit' is '{}', not '{}'", what, found, unit));
  }
  void read_calls(Target& target) {
    demand_unit("latency", "s");
    const auto values = numbers_at(target_, {"latency", "values"});
    if (!values) complain(values.error());
    if (!values || !*values) return;
    const double total = std::accumulate((*values)->begin(), (*values)->end(), 0.0);
    if (total > kLongestS) return complain("the 'latency.values' are many years together");
    for (const double seconds : **values)
      target.calls_ns.push_back(std::llround(seconds * kNsPerS));
  }

  const json& target_;
  Fault fault_;
};

tl::expected<std::optional<Target>, std::string> target_at(const json& report, const char* name) {
  const json* value = value_at(report, {name});
  if (value == nullptr) return std::nullopt;
  TargetReader reader(*value);
  Target target = reader.read();
  if (!reader.fault().empty())
    return tl::unexpected<std::string>(fmt::format("of '{}': {}", name, reader.fault()));
  if (target.calls_ns.empty() && !target.energy.total) return std::nullopt;
  return target;
}

std::int64_t sum_of(const std::vector<std::int64_t>& values) {
  return std::accumulate(values.begin(), values.end(), std::int64_t{0});
}

std::optional<double> plus(std::optional<double> a, std::optional<double> b) {
  return a && b ? std::optional(*a + *b) : std::nullopt;
}

/// Earlier versions time a prompt and the tokens behind it apart, and nothing as a whole.
Target together(const Target& prefill, const Target& decode) {
  Target whole = decode;
  const std::size_t n = prefill.calls_ns.size();
  const std::int64_t mean = n == 0 ? 0 : sum_of(prefill.calls_ns) / static_cast<std::int64_t>(n);
  if (n == 0) whole.calls_ns.clear();
  for (std::int64_t& call : whole.calls_ns) call += mean;
  whole.energy = {
      plus(prefill.energy.cpu, decode.energy.cpu), plus(prefill.energy.gpu, decode.energy.gpu),
      plus(prefill.energy.ram, decode.energy.ram), plus(prefill.energy.total, decode.energy.total)};
  return whole;
}

tl::expected<Target, std::string> window_of(const json& report) {
  for (const char* name : kWholeCalls) {
    auto target = target_at(report, name);
    if (!target) return tl::unexpected<std::string>(target.error());
    if (*target) return std::move(**target);
  }
  const auto prefill = target_at(report, "prefill");
  const auto decode = target_at(report, "decode");
  if (!prefill) return tl::unexpected<std::string>(prefill.error());
  if (!decode) return tl::unexpected<std::string>(decode.error());
  if (*prefill && *decode) return together(**prefill, **decode);
  return tl::unexpected<std::string>(
      "the report has neither times nor energies of 'generate', 'forward' or 'call'");
}

std::optional<double> times(std::optional<double> value, double factor) {
  return value ? std::optional(*value * factor) : std::nullopt;
}

void set_window(const Target& window, TrialDraft& draft) {
  TrialRecord& trial = draft.trial;
  const bool timed = !window.calls_ns.empty();
  if (timed) trial.iterations = static_cast<std::int64_t>(window.calls_ns.size());
  if (timed) draft.duration_s = static_cast<double>(sum_of(window.calls_ns)) / kNsPerS;
  trial.durations_ns = window.calls_ns;
  const double calls = static_cast<double>(trial.iterations);
  draft.has_total = true;
  draft.energy_class = EnergyClass::kEstimated;
  draft.total_j = times(window.energy.total, calls);
  if (!draft.total_j) return;
  set_scope(draft, "cpu", times(window.energy.cpu, calls));
  if (window.energy.gpu || trial.configuration.provider != "cpu")
    set_scope(draft, "gpu", times(window.energy.gpu, calls));
  set_scope(draft, "dram", times(window.energy.ram, calls));
}

std::optional<std::int64_t> count_at(const json& config, Keys keys) {
  const json* value = value_at(config, keys);
  if (value == nullptr || !value->is_number_integer()) return std::nullopt;
  const auto count = value->get<std::int64_t>();
  constexpr std::int64_t kMost = 1'000'000;  // three of them still multiply
  return count > 0 && count <= kMost ? std::optional(count) : std::nullopt;
}

std::string provider_of(const json& backend) {
  std::string provider = text_at(backend, {"provider"});
  const auto suffix = provider.find("ExecutionProvider");
  if (provider.empty() || suffix == std::string::npos) return text_at(backend, {"device"});
  provider.resize(suffix);
  for (char& c : provider) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return provider;
}

std::string precision_of(const std::string& dtype) {
  if (dtype == "float32") return "f32";
  if (dtype == "float16") return "f16";
  if (dtype == "bfloat16") return "bf16";
  return "";  // also "auto": what the checkpoint has
}

/// Whether a value of the backend's configuration says anything.
bool is_set(const json& value) {
  if (value.is_boolean()) return value.get<bool>();
  if (value.is_string()) return !value.get_ref<const std::string&>().empty();
  return value.is_number() || (value.is_structured() && !value.empty());
}

std::map<std::string, std::string> options_of(const json& backend) {
  std::map<std::string, std::string> options;
  for (const auto& entry : backend.items()) {
    const bool known = std::any_of(std::begin(kNoOptions), std::end(kNoOptions),
                                   [&](const char* name) { return entry.key() == name; });
    const json& value = entry.value();
    if (known || !is_set(value)) continue;
    options[entry.key()] = value.is_string()
                               ? value.get<std::string>()
                               : value.dump(-1, ' ', false, json::error_handler_t::replace);
  }
  return options;
}

/// Later versions call it scenario, earlier ones benchmark.
json scenario_of(const json& config) {
  const json* scenario = value_at(config, {"scenario"});
  if (scenario == nullptr) scenario = value_at(config, {"benchmark"});
  return scenario != nullptr ? *scenario : json::object();
}

Fault set_configuration(const json& config, TrialDraft& draft) {
  const json* backend = value_at(config, {"backend"});
  if (backend == nullptr || !backend->is_object()) return "its configuration has no 'backend'";
  TrialRecord& trial = draft.trial;
  Configuration& cell = trial.configuration;
  trial.model = text_at(*backend, {"model"});
  cell.engine = text_at(*backend, {"name"});
  if (trial.model.empty() || cell.engine.empty())
    return "its configuration has no 'backend.model' or no 'backend.name'";
  trial.install.version = text_at(*backend, {"version"});
  cell.provider = provider_of(*backend);
  cell.precision = precision_of(text_at(*backend, {"torch_dtype"}));
  cell.threads = static_cast<int>(count_at(*backend, {"intra_op_num_threads"}).value_or(0));
  cell.batch =
      static_cast<int>(count_at(scenario_of(config), {"input_shapes", "batch_size"}).value_or(1));
  cell.options = options_of(*backend);
  trial.host = text_at(config, {"environment", "cpu"});
  return "";
}

/// Counts of tokens are what was asked for: the tool has as many generated, and stores none.
Fault set_text(const json& config, const json& report, TrialDraft& draft) {
  const json scenario = scenario_of(config);
  const auto new_tokens = count_at(scenario, {"generate_kwargs", "max_new_tokens"});
  const auto prefill = target_at(report, "prefill");
  if (!prefill) return prefill.error();
  if (!new_tokens) return "";
  const auto length = count_at(scenario, {"input_shapes", "sequence_length"}).value_or(0);
  const std::int64_t batch = draft.trial.configuration.batch;
  TextResult& text = draft.trial.text;
  const std::int64_t prompts = draft.trial.iterations * batch;
  text.window = {
      .prompts = prompts, .prompt_tokens = prompts * length, .new_tokens = prompts * *new_tokens};
  if (!*prefill || (*prefill)->calls_ns.empty()) return "";
  const auto& calls = (*prefill)->calls_ns;
  const std::int64_t asked = static_cast<std::int64_t>(calls.size()) * batch;
  text.first_token_ns = calls;
  text.prefill = {.prompts = asked, .prompt_tokens = asked * length, .new_tokens = asked};
  draft.prefill_s = static_cast<double>(sum_of(calls)) / kNsPerS;
  return "";
}

Fault set_times_apart(const json& report, TrialDraft& draft) {
  const auto per_token = target_at(report, "per_token");
  if (!per_token) return per_token.error();
  if (*per_token && draft.trial.text.window.prompts > 0)
    draft.trial.text.inter_token_ns = (*per_token)->calls_ns;
  const char* load = value_at(report, {"load_model"}) != nullptr ? "load_model" : "load";
  const auto loaded = target_at(report, load);
  if (!loaded) return loaded.error();
  if (*loaded && !(*loaded)->calls_ns.empty())
    draft.load_s = static_cast<double>((*loaded)->calls_ns.front()) / kNsPerS;
  return "";
}

Draft trial_from(const json& config, const json& report) {
  TrialDraft draft;
  if (Fault fault = set_configuration(config, draft); !fault.empty())
    return tl::unexpected<std::string>(std::move(fault));
  const auto window = window_of(report);
  if (!window) return tl::unexpected<std::string>(window.error());
  set_window(*window, draft);
  if (window->ram_bytes && *window->ram_bytes < 1e18)
    draft.trial.resources.peak_rss_bytes = std::llround(*window->ram_bytes);
  Fault fault = set_text(config, report, draft);
  if (fault.empty()) fault = set_times_apart(report, draft);
  if (!fault.empty()) return tl::unexpected<std::string>(std::move(fault));
  return draft;
}

}  // namespace

Draft optimum_benchmark_trial(std::string_view config, std::string_view report) {
  const auto asked = parse_object(config);
  if (!asked) return tl::unexpected<std::string>("of its configuration: " + asked.error());
  const auto measured = parse_object(report);
  if (!measured) return tl::unexpected<std::string>(measured.error());
  return trial_from(*asked, *measured);
}

Draft optimum_benchmark_trial(std::string_view benchmark) {
  const auto both = parse_object(benchmark);
  if (!both) return tl::unexpected<std::string>(both.error());
  const json* config = value_at(*both, {"config"});
  const json* report = value_at(*both, {"report"});
  if (config == nullptr || report == nullptr)
    return tl::unexpected<std::string>("it has no 'config' or no 'report'");
  return trial_from(*config, *report);
}

}  // namespace joulemark::exchange
