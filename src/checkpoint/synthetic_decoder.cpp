// SPDX-License-Identifier: Apache-2.0
// The description comes from the config that is written, as for any other checkpoint.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <nlohmann/json.hpp>

#include "base/fnv.h"
#include "base/suggest.h"
#include "checkpoint/architectures.h"
#include "checkpoint/synthetic_kinds.h"
#include "checkpoint/weight_list.h"

namespace joulemark::checkpoint {
namespace {

using nlohmann::ordered_json;

/// Raised when the same name gives other bytes than before.
constexpr int kVersion = 1;
constexpr double kMatrixDeviation = 0.02;
constexpr double kBiasDeviation = 0.01;

struct Option {
  const char* name;
  std::array<const char*, 2> keys;  ///< in config.json, whichever is there
};
constexpr std::array<Option, 2> kOptions = {
    {{"layers", {"num_hidden_layers", "n_layer"}}, {"vocabulary", {"vocab_size", nullptr}}}};

/// Sets what "layers=2" says, in the config and in the name. What is wrong with it, or "".
std::string apply(const SyntheticOption& option, ordered_json& config, std::string& name) {
  const auto* known = std::find_if(kOptions.begin(), kOptions.end(),
                                   [&](const Option& row) { return option.key == row.name; });
  if (known == kOptions.end())
    return fmt::format("'{}' is none of its options: layers, vocabulary{}", option.key,
                       did_you_mean(option.key, {"layers", "vocabulary"}));
  const char* key = known->keys[0];
  if (!config.contains(key)) key = known->keys[1];
  const std::string_view text = option.value;
  const auto most = config.at(key).get<std::int64_t>();
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || value < 1 || value > most)
    return fmt::format("{} must be a whole number from 1 to {}, not '{}'", option.key, most, text);
  config[key] = value;
  name += fmt::format("-{}{}", option.key, value);
  return {};
}

MadeUpWeight made_up(const ListedWeight& weight, const DecoderSpec& spec) {
  MadeUpWeight out{.name = weight.name, .dims = weight.dims};
  switch (weight.role) {
    case WeightRole::kMatrix:
      out.deviation = static_cast<float>(kMatrixDeviation);
      break;
    case WeightRole::kResidual:
      out.deviation =
          static_cast<float>(kMatrixDeviation / std::sqrt(2.0 * static_cast<double>(spec.layers)));
      break;
    case WeightRole::kBias:
      out.deviation = static_cast<float>(kBiasDeviation);
      break;
    case WeightRole::kNorm:
      out.centre = spec.norm_adds_one ? 0.0F : 1.0F;
      break;
  }
  return out;
}

}  // namespace

SyntheticResult synthetic_decoder(const KnownModel& known, std::string_view options) {
  SyntheticModel model{.name = name_of(known),
                       .version = kVersion,
                       .weights_file = "model.safetensors",
                       // A model with fewer layers has the same numbers in them.
                       .seed = fnv1a(known.repository)};
  auto config = ordered_json::parse(known.config);
  while (!options.empty()) {
    const SyntheticOption option = first_option(options);
    if (std::string why = apply(option, config, model.name); !why.empty())
      return tl::unexpected(std::move(why));
    options = option.rest;
  }
  config["torch_dtype"] = "float32";
  config[kSyntheticMark] = {
      {"model", known.repository}, {"version", kVersion}, {"source", known.source}};
  model.config = config.dump(2);
  const auto parsed = ConfigJson::parse(model.config, model.name);
  if (!parsed) return tl::unexpected(parsed.error().message);
  const auto spec = read_decoder_spec(*parsed);
  if (!spec) return tl::unexpected(spec.error().message);
  model.weights = made_up_decoder(*spec);
  return model;
}

std::vector<MadeUpWeight> made_up_decoder(const DecoderSpec& spec) {
  std::vector<MadeUpWeight> weights;
  for (const ListedWeight& weight : list_weights(spec)) weights.push_back(made_up(weight, spec));
  return weights;
}

}  // namespace joulemark::checkpoint
