// SPDX-License-Identifier: Apache-2.0
// The rows of the settings table, and what is derived from a row alone.
#include "config/settings.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <cmath>
#include <limits>

#include "config/text.h"

namespace joulemark::config {
namespace {

constexpr double kNoBound = 0;
/// The file's integers have 64 bits with sign; larger seeds could not be written down.
constexpr double kMaxSeed = static_cast<double>(std::numeric_limits<std::int64_t>::max());
constexpr double kOneDay = 86400;
constexpr double kMaxCpu = 65535;

template <class T, T Experiment::*Member>
T& top(Experiment& e) {
  return e.*Member;
}
template <class T, T Protocol::*Member>
T& protocol(Experiment& e) {
  return e.protocol.*Member;
}
template <class T, T Factors::*Member>
T& factor(Experiment& e) {
  return e.factors.*Member;
}
template <class T, T Generation::*Member>
T& generation(Experiment& e) {
  return e.generation.*Member;
}
template <std::string ModelSpec::*Member>
std::string& model(ModelSpec& m) {
  return m.*Member;
}

using Texts = std::vector<std::string>;
using Integers = std::vector<int>;

constexpr Field<std::string> kName = top<std::string, &Experiment::name>;
constexpr Field<std::uint64_t> kSeed = top<std::uint64_t, &Experiment::seed>;
constexpr Field<double> kMargin = top<double, &Experiment::margin>;
constexpr Field<Integers> kAffinity = top<Integers, &Experiment::affinity>;
constexpr Field<Texts> kMeters = top<Texts, &Experiment::meters>;
constexpr Field<Texts> kCalibration = top<Texts, &Experiment::calibration>;
constexpr Field<Texts> kEngine = factor<Texts, &Factors::engine>;
constexpr Field<Texts> kProvider = factor<Texts, &Factors::provider>;
constexpr Field<Texts> kPrecision = factor<Texts, &Factors::precision>;
constexpr Field<Integers> kThreads = factor<Integers, &Factors::threads>;
constexpr Field<Integers> kBatch = factor<Integers, &Factors::batch>;
constexpr Field<std::string> kWorkload = top<std::string, &Experiment::workload>;
constexpr Field<int> kPromptTokens = generation<int, &Generation::prompt_tokens>;
constexpr Field<int> kNewTokens = generation<int, &Generation::new_tokens>;
constexpr Field<std::string> kStop = generation<std::string, &Generation::stop>;
constexpr ModelText kModelName = model<&ModelSpec::name>;
constexpr ModelText kModelSource = model<&ModelSpec::source>;
constexpr ModelText kModelInputs = model<&ModelSpec::inputs>;
constexpr Field<std::string> kArrivals = protocol<std::string, &Protocol::arrivals>;
constexpr Field<std::string> kDifferent = protocol<std::string, &Protocol::different>;
template <double Protocol::*Member>
constexpr Field<double> kSeconds = protocol<double, Member>;
template <int Protocol::*Member>
constexpr Field<int> kCount = protocol<int, Member>;

// clang-format off
const Setting kSettings[] = {
    {"name", "--name", kName, "", kNoBound, kNoBound,
     "What the experiment is called in tables and reports; by default the file's or the models' name"},
    {"seed", "--seed", kSeed, "", 0, kMaxSeed,
     "Fixes the order of the trials and the generated inputs"},
    {"margin", "--margin", kMargin, "", 0, 1,
     "Practical margin of the verdict as a fraction: smaller differences count as a tie"},
    {"affinity", "--affinity", kAffinity, "", 0, kMaxCpu,
     "CPUs that the measured process may run on, counted from 0; empty leaves it to the operating system"},
    {"meters", "--meter", kMeters, "", kNoBound, kNoBound,
     "Network meters that the whole machine is plugged into: netio, shelly, shelly1, tasmota or ptd, like netio://192.168.1.20/1"},
    {"calibration", "--calibration", kCalibration, "", kNoBound, kNoBound,
     "Sensors calibrated against a better meter: true joules are GAIN (0.5 to 2) times theirs, with the relative standard uncertainty U, like perf=1.013±0.008, or nvml:gpu-1=0.97±0.01 for one scope"},
    {"workload", "--workload", kWorkload, "", kNoBound, kNoBound,
     "Prompts of language models: generated (seeded token ids), or a file with {\"text\": \"…\"} or {\"ids\": [5, 9]} a line"},

    {"model[].source", "MODEL", kModelSource, "", kNoBound, kNoBound,
     "An ONNX file, a checkpoint directory (config.json and safetensors), hub:owner/name for one on the hub, synthetic:NAME for a published model with made-up weights, or null:NAME for the null engine"},
    {"model[].name", "", kModelName, "", kNoBound, kNoBound,
     "What the model is called; by default the file's stem, or the folder's name for model.onnx"},
    {"model[].inputs", "--inputs", kModelInputs, "", kNoBound, kNoBound,
     "generated (seeded, by name, type and shape), or an .npz, an .npy or a test_data_set_* folder"},
    {"model[].shapes", "--shape", std::monostate{}, "", -1, 1e9,
     "Input name = dimensions, for inputs of symbolic shape; -1 keeps what the model says"},

    {"factors.engine", "--engine", kEngine, "", kNoBound, kNoBound,
     "Engines to compare; name@version picks one of several installed versions"},
    {"factors.provider", "--provider", kProvider, "", kNoBound, kNoBound,
     "Execution providers; joulemark engines lists what each engine has"},
    {"factors.precision", "--precision", kPrecision, "", kNoBound, kNoBound,
     "Precision of the arithmetic: f32 whatever the engine prefers, native for the model's own types, or another that the engine lists"},
    {"factors.threads", "--threads", kThreads, "", 1, 4096,
     "Threads inside one call of the model"},
    {"factors.batch", "--batch", kBatch, "", 1, 1e6,
     "Samples in one call of the model"},

    {"exclude[].FACTOR", "--exclude", std::monostate{}, "", kNoBound, kNoBound,
     "Leaves out the configurations that match every factor = value of the entry"},

    {"engine.NAME.root", "--engine-root", std::monostate{}, "", kNoBound, kNoBound,
     "Folder of the engine's own installation, or the Python that it runs in, before all other places"},
    {"engine.NAME.OPTION", "--option", std::monostate{}, "", kNoBound, kNoBound,
     "An option of the engine's own; joulemark engines lists them"},

    {"generation.prompt_tokens", "--prompt-tokens", kPromptTokens, "", 1, 1e6,
     "Tokens of each generated prompt"},
    {"generation.new_tokens", "--new-tokens", kNewTokens, "", 1, 1e6,
     "Tokens that a language model generates for each prompt"},
    {"generation.stop", "--stop", kStop, "", kNoBound, kNoBound,
     "never: every prompt gets all its tokens, the same work for every engine; eos: a text ends where the model ends it"},

    {"protocol.repetitions", "--repetitions", kCount<&Protocol::repetitions>, "", 1, 100000,
     "Blocks; each measures every configuration once, in a fresh process"},
    {"protocol.duration_s", "--duration", kSeconds<&Protocol::duration_s>, "s", 0, kOneDay,
     "Length of the measured window; 0: as long as the energy sensor needs, at least 0.7"},
    {"protocol.min_iterations", "--min-iterations", kCount<&Protocol::min_iterations>, "", 1, 1e9,
     "The window lasts at least this many calls of the model; one token is a call of a language model"},
    {"protocol.warmup_min_s", "--warmup-min", kSeconds<&Protocol::warmup_min_s>, "s", 0, kOneDay,
     "Shortest warm-up"},
    {"protocol.warmup_max_s", "--warmup-max", kSeconds<&Protocol::warmup_max_s>, "s", 0, kOneDay,
     "Longest warm-up; reaching it is recorded as not steady"},
    {"protocol.warmup_min_iterations", "--warmup-iterations", kCount<&Protocol::warmup_min_iterations>, "", 0, 1e9,
     "The warm-up lasts at least this many calls of the model"},
    {"protocol.bracket_s", "--bracket", kSeconds<&Protocol::bracket_s>, "s", 0, kOneDay,
     "Time for which the machine at rest is observed before each block and after the last; 0: as long as the energy sensor needs, where there is one"},
    {"protocol.cooldown_max_s", "--cooldown-max", kSeconds<&Protocol::cooldown_max_s>, "s", 0, kOneDay,
     "Longest rest before a trial, until temperature and power are back at those of the machine at rest"},
    {"protocol.idle_s", "--idle", kSeconds<&Protocol::idle_s>, "s", 0, kOneDay,
     "Time observed before the measured process starts"},
    {"protocol.ready_s", "--ready", kSeconds<&Protocol::ready_s>, "s", 0, kOneDay,
     "Time observed with the model loaded and no request"},
    {"protocol.time_limit_s", "--time-limit", kSeconds<&Protocol::time_limit_s>, "s", 0.1, kOneDay,
     "Longest time of one trial; then it is ended and recorded as failed"},
    {"protocol.retries", "--retries", kCount<&Protocol::retries>, "", 0, 1000,
     "Further attempts at a trial whose window the machine disturbed; all are kept, and the first undisturbed one counts"},
    {"protocol.rate", "--rate", kSeconds<&Protocol::rate>, "1/s", 0, 1e6,
     "Requests per second at which the model is asked, whether or not it has answered the one before; 0: one after another without a rest"},
    {"protocol.arrivals", "--arrivals", kArrivals, "", kNoBound, kNoBound,
     "With a rate, when requests come: poisson (independent of each other, seeded) or uniform"},
    {"protocol.ratio_precision", "--ratio-precision", kSeconds<&Protocol::ratio_precision>, "", 0, 1,
     "No further blocks when in two successive ones the interval of every ratio to the best was within this part of it; 0: all repetitions"},
    {"protocol.min_repetitions", "--min-repetitions", kCount<&Protocol::min_repetitions>, "", 2, 100000,
     "Blocks before an experiment may end early for its --ratio-precision"},
    {"protocol.race", "--race", kSeconds<&Protocol::race>, "", 0, 0.5,
     "Leaves configurations that are out of reach out of further blocks, from the second on; the probability that the best one is among them (the flag alone: 0.05); 0: leaves none out"},
    {"protocol.different", "--different", kDifferent, "", kNoBound, kNoBound,
     "How often a configuration is measured whose outputs are not the reference's, which is never ranked: once, or always for in every block"},
    {"protocol.sample_hz", "--sample-hz", kSeconds<&Protocol::sample_hz>, "Hz", 0.1, 1000,
     "Samples per second of the time line"},
    {"protocol.energy_precision", "--energy-precision", kSeconds<&Protocol::energy_precision>, "", 0, 1,
     "Part of a window's energy that the sensors' own error may be: a window lasts as long as that takes, or the experiment is refused; 0: 0.01, as far as windows of 10 s allow"},
};
// clang-format on

std::string number(double value) {
  if (std::abs(value) >= kMaxSeed) return "9223372036854775807";
  if (std::abs(value) < 1e15 && value == std::floor(value))
    return fmt::format("{}", static_cast<std::int64_t>(value));
  return fmt::format("{}", value);
}

std::string quoted_or_empty(const std::string& text) {
  return text.empty() ? text : toml_string(text);
}

struct DefaultText {
  std::string operator()(std::monostate) const { return {}; }
  std::string operator()(Field<std::string> field) const { return quoted_or_empty(get(field)); }
  std::string operator()(Field<std::uint64_t> field) const { return std::to_string(get(field)); }
  std::string operator()(Field<int> field) const { return std::to_string(get(field)); }
  std::string operator()(Field<double> field) const { return number(get(field)); }
  std::string operator()(Field<Texts> field) const {
    const Texts levels = get(field);
    return levels.empty() ? "" : fmt::format("[\"{}\"]", fmt::join(levels, "\", \""));
  }
  std::string operator()(Field<Integers> field) const {
    const Integers levels = get(field);
    return levels.empty() ? "" : fmt::format("[{}]", fmt::join(levels, ", "));
  }
  std::string operator()(ModelText field) const {
    ModelSpec spec;
    return quoted_or_empty(field(spec));
  }

  template <class T>
  static T get(Field<T> field) {
    Experiment experiment;
    return field(experiment);
  }
};

struct TypeName {
  const char* operator()(std::monostate) const { return ""; }
  const char* operator()(Field<std::string>) const { return "text"; }
  const char* operator()(Field<std::uint64_t>) const { return "integer"; }
  const char* operator()(Field<int>) const { return "integer"; }
  const char* operator()(Field<double>) const { return "number"; }
  const char* operator()(Field<Texts>) const { return "list of texts"; }
  const char* operator()(Field<Integers>) const { return "list of integers"; }
  const char* operator()(ModelText) const { return "text"; }
};

const Setting* find(std::string_view wanted, const char* Setting::*column) {
  for (const auto& setting : kSettings)
    if (wanted == setting.*column) return &setting;
  return nullptr;
}

template <class T>
Texts to_texts(const std::vector<T>& values) {
  Texts texts;
  for (const auto& value : values) texts.push_back(fmt::format("{}", value));
  return texts;
}

}  // namespace

std::span<const Setting> settings() {
  return kSettings;
}

const Setting* find_setting(std::string_view key) {
  return find(key, &Setting::key);
}

const Setting* find_flag(std::string_view flag) {
  return flag.empty() ? nullptr : find(flag, &Setting::flag);
}

std::string type_name(const Setting& setting) {
  const std::string_view key = setting.key;
  if (key == "model[].shapes") return "table of lists of integers";
  if (key == "exclude[].FACTOR") return "text or integer";
  if (key == "engine.NAME.root") return "text";
  if (key == "engine.NAME.OPTION") return "text, integer or boolean";
  return std::visit(TypeName{}, setting.target);
}

std::string default_text(const Setting& setting) {
  return std::visit(DefaultText{}, setting.target);
}

std::string bounds_text(const Setting& setting) {
  if (setting.min == setting.max) return {};
  return fmt::format("{} to {}", number(setting.min), number(setting.max));
}

std::vector<std::string> factor_names() {
  constexpr std::string_view kPrefix = "factors.";
  std::vector<std::string> names;
  for (const auto& setting : kSettings) {
    const std::string_view key = setting.key;
    if (key.starts_with(kPrefix)) names.emplace_back(key.substr(kPrefix.size()));
  }
  return names;
}

std::vector<std::string> factor_levels(const Factors& factors, std::string_view name) {
  const Setting* setting = find_setting(fmt::format("factors.{}", name));
  if (setting == nullptr) return {};
  Experiment experiment;
  experiment.factors = factors;
  if (const auto* texts = std::get_if<Field<Texts>>(&setting->target)) return (*texts)(experiment);
  if (const auto* integers = std::get_if<Field<Integers>>(&setting->target))
    return to_texts((*integers)(experiment));
  return {};
}

std::string settings_markdown() {
  std::string table = "| key | flag | type | unit | default | valid | meaning |\n";
  table += "|---|---|---|---|---|---|---|\n";
  const auto code = [](const std::string& text) {
    return text.empty() ? text : fmt::format("`{}`", text);
  };
  for (const auto& setting : kSettings)
    table += fmt::format("| `{}` | {} | {} | {} | {} | {} | {} |\n", setting.key,
                         code(setting.flag), type_name(setting), setting.unit,
                         code(default_text(setting)), bounds_text(setting), setting.help);
  return table;
}

}  // namespace joulemark::config
