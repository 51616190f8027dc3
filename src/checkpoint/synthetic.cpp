// SPDX-License-Identifier: Apache-2.0
// The description comes from the config that is written, as for any other checkpoint.
#include "checkpoint/synthetic.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <nlohmann/json.hpp>
#include <thread>

#include "base/file.h"
#include "base/fnv.h"
#include "base/suggest.h"
#include "checkpoint/architectures.h"
#include "checkpoint/disk.h"
#include "checkpoint/made_up_weights.h"
#include "checkpoint/synthetic_models.h"
#include "joulemark/experiment.h"

namespace joulemark::checkpoint {
namespace {

namespace fs = std::filesystem;
using nlohmann::ordered_json;

/// In config.json; other programs do not look at it.
constexpr const char* kMark = "joulemark_synthetic";
/// Raised when the same name gives other bytes than before.
constexpr int kVersion = 1;
constexpr unsigned kMostThreads = 16;
constexpr std::uintmax_t kMaxConfigBytes = 16 << 20;

struct Option {
  const char* name;
  std::array<const char*, 2> keys;  ///< in config.json, whichever is there
};
constexpr std::array<Option, 2> kOptions = {
    {{"layers", {"num_hidden_layers", "n_layer"}}, {"vocabulary", {"vocab_size", nullptr}}}};

tl::unexpected<Error> wrong(std::string_view source, const std::string& why) {
  return fail(ErrorKind::kUsage, fmt::format("cannot make '{}': {}", source, why));
}

/// Sets what "layers=2" says, in the config and in the name.
std::string apply(std::string_view option, ordered_json& config, std::string& name) {
  const auto equals = std::min(option.find('='), option.size());
  const std::string_view word = option.substr(0, equals);
  const auto* known = std::find_if(kOptions.begin(), kOptions.end(),
                                   [&](const Option& row) { return word == row.name; });
  if (known == kOptions.end())
    return fmt::format("'{}' is none of its options: layers, vocabulary{}", word,
                       did_you_mean(word, {"layers", "vocabulary"}));
  const char* key = known->keys[0];
  if (!config.contains(key)) key = known->keys[1];
  const std::string_view text = option.substr(std::min(equals + 1, option.size()));
  const auto most = config.at(key).get<std::int64_t>();
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || value < 1 || value > most)
    return fmt::format("{} must be a whole number from 1 to {}, not '{}'", word, most, text);
  config[key] = value;
  name += fmt::format("-{}{}", word, value);
  return {};
}

Result<DecoderSpec> spec_of(const SyntheticModel& model) {
  const auto config = ConfigJson::parse(model.config, model.name);
  if (!config) return fail(config.error());
  return read_decoder_spec(*config);
}

/// From the published model's name: a model with fewer layers has the same numbers in them.
std::uint64_t seed_of(const SyntheticModel& model) {
  const auto config = nlohmann::json::parse(model.config);
  return fnv1a(config[kMark]["model"].get<std::string>());
}

Status write_checkpoint(const SyntheticModel& model, const fs::path& folder) {
  const auto spec = spec_of(model);
  if (!spec) return fail(spec.error());
  const unsigned cores = std::max(1U, std::thread::hardware_concurrency());
  const MadeUpWeights weights{.weights = list_weights(*spec),
                              .layers = spec->layers,
                              .norm = spec->norm_adds_one ? 0.0F : 1.0F,
                              .seed = seed_of(model),
                              .threads = std::min(cores, kMostThreads)};
  if (auto written = write_made_up_weights(weights, folder / "model.safetensors"); !written)
    return written;
  return write_file(folder / "config.json", model.config + "\n");
}

}  // namespace

bool names_synthetic(std::string_view source) {
  return source.starts_with(kSyntheticScheme);
}

Result<SyntheticModel> parse_synthetic(std::string_view source) {
  const std::string_view rest = source.substr(kSyntheticScheme.size());
  const auto at = std::min(rest.find('@'), rest.size());
  const std::string_view wanted = rest.substr(0, at);
  const KnownModel* known = find_known_model(wanted);
  const auto names = known_model_names();
  if (known == nullptr)
    return wrong(source, fmt::format("'{}' is none of the models whose shape is known: {}{}",
                                     wanted, fmt::join(names, ", "), did_you_mean(wanted, names)));
  SyntheticModel model{.name = name_of(*known), .config = {}};
  auto config = ordered_json::parse(known->config);
  std::string_view options = rest.substr(std::min(at + 1, rest.size()));
  if (at < rest.size() && options.empty()) return wrong(source, "nothing stands behind '@'");
  while (!options.empty()) {
    const auto comma = std::min(options.find(','), options.size());
    const std::string why = apply(options.substr(0, comma), config, model.name);
    if (!why.empty()) return wrong(source, why);
    options.remove_prefix(std::min(comma + 1, options.size()));
  }
  config["torch_dtype"] = "float32";
  config[kMark] = {{"model", known->repository}, {"version", kVersion}, {"source", known->source}};
  model.config = config.dump(2);
  return model;
}

Result<std::uint64_t> synthetic_bytes(const SyntheticModel& model) {
  const auto spec = spec_of(model);
  if (!spec) return fail(spec.error());
  return count_parameters(list_weights(*spec)) * sizeof(float);
}

fs::path synthetic_folder(const SyntheticModel& model, const fs::path& cache) {
  return cache / "synthetic" / fmt::format("{}-v{}", model.name, kVersion);
}

Result<fs::path> make_synthetic(const SyntheticModel& model, const fs::path& cache) {
  const fs::path folder = synthetic_folder(model, cache);
  std::error_code error;
  if (fs::exists(folder / "config.json", error)) return folder;
  const fs::path part = folder.string() + ".part";
  const auto held = lock_folder(part);
  if (!held) return fail(held.error());
  // Another process may have been faster while this one waited.
  if (fs::exists(folder / "config.json", error)) return folder;
  const Status written = write_checkpoint(model, part);
  if (!written) return fail(written.error());
  fs::rename(part, folder, error);
  if (error) return unwritable(folder, error.value());
  return folder;
}

bool is_synthetic(const std::string& source) {
  if (names_synthetic(source)) return true;
  std::error_code error;
  if (!fs::is_directory(source, error)) return false;
  const auto text = read_file(fs::path(source) / "config.json", kMaxConfigBytes);
  if (!text) return false;
  const auto config = nlohmann::json::parse(*text, nullptr, false);
  return config.is_object() && config.contains(kMark);
}

}  // namespace joulemark::checkpoint
