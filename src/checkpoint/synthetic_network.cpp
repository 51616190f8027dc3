// SPDX-License-Identifier: Apache-2.0
// A network's folder stands for its model.onnx, as any folder does that has one.
#include <fmt/format.h>

#include <charconv>
#include <limits>
#include <map>
#include <nlohmann/json.hpp>

#include "base/suggest.h"
#include "checkpoint/synthetic_kinds.h"

namespace joulemark::checkpoint {
namespace {

/// Raised when the same name gives other bytes than before.
constexpr int kVersion = 1;
constexpr std::uint64_t kDefaultSeed = 1;

/// What is wrong with the option, or "".
std::string apply(const SyntheticOption& option, std::uint64_t& seed) {
  if (option.key != "seed")
    return fmt::format("'{}' is none of its options: seed{}", option.key,
                       did_you_mean(option.key, {"seed"}));
  const std::string_view text = option.value;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), seed);
  if (error == std::errc() && end == text.data() + text.size()) return {};
  return fmt::format("seed must be a whole number from 0 to {}, not '{}'",
                     std::numeric_limits<std::uint64_t>::max(), text);
}

}  // namespace

SyntheticResult synthetic_network(const KnownNetwork& known, std::string_view options) {
  std::uint64_t seed = kDefaultSeed;
  while (!options.empty()) {
    const SyntheticOption option = first_option(options);
    if (std::string why = apply(option, seed); !why.empty()) return tl::unexpected(std::move(why));
    options = option.rest;
  }
  const nlohmann::ordered_json mark = {
      {"model", known.name}, {"version", kVersion}, {"seed", seed}, {"source", known.source}};
  auto config = nlohmann::ordered_json::parse(known.config);
  config[kSyntheticMark] = mark;
  SyntheticModel model{.name = fmt::format("{}-seed{}", known.name, seed),
                       .version = kVersion,
                       .config = config.dump(2),
                       .weights_file = "weights.safetensors",
                       .weights = list_weights(known),
                       .seed = seed};
  model.network = build_onnx_network(known, model.weights_file, {{kSyntheticMark, mark.dump()}});
  return model;
}

}  // namespace joulemark::checkpoint
