// SPDX-License-Identifier: Apache-2.0
// What the kinds of synthetic models share: their names, the folder, and how it comes about.
#include "checkpoint/synthetic.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <thread>

#include "base/file.h"
#include "base/suggest.h"
#include "checkpoint/disk.h"
#include "checkpoint/synthetic_kinds.h"
#include "joulemark/experiment.h"

namespace joulemark::checkpoint {
namespace {

namespace fs = std::filesystem;

constexpr unsigned kMostThreads = 16;
constexpr std::uintmax_t kMaxConfigBytes = 16 << 20;

tl::unexpected<Error> wrong(std::string_view source, const std::string& why) {
  return fail(ErrorKind::kUsage, fmt::format("cannot make '{}': {}", source, why));
}

std::vector<std::string> all_names() {
  std::vector<std::string> names;
  for (const KnownNetwork& network : known_networks()) names.emplace_back(network.name);
  for (std::string& name : known_model_names()) names.push_back(std::move(name));
  return names;
}

SyntheticResult model_of(std::string_view name, std::string_view options) {
  if (const KnownNetwork* network = find_known_network(name))
    return synthetic_network(*network, options);
  if (const KnownModel* decoder = find_known_model(name))
    return synthetic_decoder(*decoder, options);
  const auto names = all_names();
  return tl::unexpected(fmt::format("'{}' is none of the models whose shape is known: {}{}", name,
                                    fmt::join(names, ", "), did_you_mean(name, names)));
}

Status write_model(const SyntheticModel& model, const fs::path& folder) {
  const unsigned cores = std::max(1U, std::thread::hardware_concurrency());
  const MadeUpWeights weights{
      .weights = model.weights, .seed = model.seed, .threads = std::min(cores, kMostThreads)};
  if (auto written = write_made_up_weights(weights, folder / model.weights_file); !written)
    return written;
  if (!model.network.empty())
    if (auto written = write_file(folder / "model.onnx", model.network); !written) return written;
  return write_file(folder / "config.json", model.config + "\n");
}

}  // namespace

SyntheticOption first_option(std::string_view options) {
  const auto comma = std::min(options.find(','), options.size());
  const std::string_view one = options.substr(0, comma);
  const auto equals = std::min(one.find('='), one.size());
  return {one.substr(0, equals), one.substr(std::min(equals + 1, one.size())),
          options.substr(std::min(comma + 1, options.size()))};
}

bool names_synthetic(std::string_view source) {
  return source.starts_with(kSyntheticScheme);
}

Result<SyntheticModel> parse_synthetic(std::string_view source) {
  const std::string_view rest = source.substr(kSyntheticScheme.size());
  const auto at = std::min(rest.find('@'), rest.size());
  const std::string_view options = rest.substr(std::min(at + 1, rest.size()));
  if (at < rest.size() && options.empty()) return wrong(source, "nothing stands behind '@'");
  auto model = model_of(rest.substr(0, at), options);
  if (!model) return wrong(source, model.error());
  return *std::move(model);
}

std::uint64_t synthetic_bytes(const SyntheticModel& model) {
  return count_numbers(model.weights) * sizeof(float);
}

fs::path synthetic_folder(const SyntheticModel& model, const fs::path& cache) {
  return cache / "synthetic" / fmt::format("{}-v{}", model.name, model.version);
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
  const Status written = write_model(model, part);
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
  return config.is_object() && config.contains(kSyntheticMark);
}

}  // namespace joulemark::checkpoint
