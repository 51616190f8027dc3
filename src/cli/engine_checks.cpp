// SPDX-License-Identifier: Apache-2.0
// Experiment against manifests.
#include "cli/engine_checks.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "base/suggest.h"
#include "config/experiment_file.h"
#include "plan/plan.h"

namespace joulemark::cli {
namespace {

using Texts = std::vector<std::string>;

bool contains(const Texts& texts, const std::string& text) {
  return std::find(texts.begin(), texts.end(), text) != texts.end();
}

/// Lists longer than this are better answered by the nearest word.
constexpr std::size_t kShortList = 5;

/// "engine 'x' has no provider 'y'; it has a, b", or the nearest of many.
tl::unexpected<Error> lacks(const engine::Manifest& manifest, const char* what,
                            const std::string& word, const Texts& has) {
  const std::string near = has.size() > kShortList ? did_you_mean(word, has) : "";
  const std::string all = has.empty() ? fmt::format("; it has no {}s", what)
                                      : fmt::format("; it has {}", fmt::join(has, ", "));
  return fail(ErrorKind::kUsage, fmt::format("engine '{}' has no {} '{}'{}", manifest.name, what,
                                             word, near.empty() ? all : near));
}

Status check_option(const engine::Manifest& manifest, const std::string& key,
                    const std::string& value) {
  Texts keys;
  for (const auto& row : manifest.options) {
    keys.push_back(row.key);
    if (row.key != key) continue;
    if (row.values.empty() || contains(row.values, value)) return {};
    return fail(ErrorKind::kUsage,
                fmt::format("option '{}' of engine '{}' must be one of {}, not '{}'", key,
                            manifest.name, fmt::join(row.values, ", "), value));
  }
  return lacks(manifest, "option", key, keys);
}

Status check_configuration(const engine::Manifest& manifest, const Configuration& cell) {
  if (!contains(manifest.providers, cell.provider))
    return lacks(manifest, "provider", cell.provider, manifest.providers);
  if (!manifest.precisions.empty() && !contains(manifest.precisions, cell.precision))
    return lacks(manifest, "precision", cell.precision, manifest.precisions);
  for (const auto& [key, value] : cell.options)
    if (auto option = check_option(manifest, key, value); !option) return option;
  return {};
}

std::string format_of(const ModelSpec& model) {
  return config::is_null_model(model.source) ? "null" : "onnx";
}

Status check_formats(const engine::Manifest& manifest, const Experiment& experiment) {
  for (const auto& model : experiment.models) {
    if (manifest.model_formats.empty() || contains(manifest.model_formats, format_of(model)))
      continue;
    return fail(
        ErrorKind::kUsage,
        fmt::format("engine '{}' cannot load '{}': it takes {}", manifest.name, model.source,
                    contains(manifest.model_formats, "null")
                        ? "only models named null:NAME"
                        : fmt::format("{} files", fmt::join(manifest.model_formats, ", "))));
  }
  return {};
}

}  // namespace

Status check_engines(const Experiment& experiment, const engine::SearchPath& path) {
  std::map<std::string, engine::Manifest> manifests;
  for (const auto& name : experiment.factors.engine) {
    auto manifest = engine::find_manifest(name, path);
    if (!manifest) return fail(manifest.error());
    if (auto formats = check_formats(*manifest, experiment); !formats) return formats;
    manifests.emplace(name, std::move(*manifest));
  }
  for (const auto& cell : plan::configurations(experiment))
    if (auto checked = check_configuration(manifests.at(cell.engine), cell); !checked)
      return checked;
  return {};
}

Result<Installs> find_installs(const Experiment& experiment, const engine::SearchPath& path) {
  Installs installs;
  for (const auto& name : experiment.factors.engine) {
    auto install = engine::find_engine(name, path);
    if (!install) return fail(install.error());
    installs.emplace(name, std::move(*install));
  }
  return installs;
}

Result<std::vector<std::string>> installed_engines(const Experiment& experiment,
                                                   const engine::SearchPath& path) {
  const bool null_only =
      std::all_of(experiment.models.begin(), experiment.models.end(),
                  [](const ModelSpec& model) { return format_of(model) == "null"; });
  const std::string format = null_only ? "null" : "onnx";
  Texts engines;
  for (const auto& listing : engine::list_engines(path))
    if (!listing.installs.empty() && contains(listing.manifest.model_formats, format))
      engines.push_back(listing.manifest.name);
  if (!engines.empty()) return engines;
  return fail(ErrorKind::kMachine,
              "no engine is installed; run 'joulemark engines' for where they are looked for");
}

}  // namespace joulemark::cli
