// SPDX-License-Identifier: Apache-2.0
// Experiment against manifests.
#include "cli/engine_checks.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <regex>

#include "base/suggest.h"
#include "cli/output.h"
#include "config/experiment_file.h"
#include "plan/plan.h"

namespace joulemark::cli {
namespace {

using Texts = std::vector<std::string>;
using Issues = std::vector<config::Issue>;
using Manifests = std::map<std::string, engine::Manifest>;

bool contains(const Texts& texts, const std::string& text) {
  return std::find(texts.begin(), texts.end(), text) != texts.end();
}

/// Lists longer than this are better answered by the nearest word.
constexpr std::size_t kShortList = 5;

/// "engine 'x' has no provider 'y'; it has a, b", or the nearest of many.
std::string lacks(const engine::Manifest& manifest, const char* what, const std::string& word,
                  const Texts& has) {
  const std::string near = has.size() > kShortList ? did_you_mean(word, has) : "";
  const std::string all = has.empty() ? fmt::format("; it has no {}s", what)
                                      : fmt::format("; it has {}", fmt::join(has, ", "));
  return fmt::format("engine '{}' has no {} '{}'{}", manifest.name, what, word,
                     near.empty() ? all : near);
}

/// Each issue once, however many configurations have it.
void add(Issues& issues, std::string path, std::string message) {
  const bool known = std::any_of(issues.begin(), issues.end(), [&](const config::Issue& issue) {
    return issue.path == path && issue.message == message;
  });
  if (!known) issues.push_back({.path = std::move(path), .message = std::move(message)});
}

/// "factors.provider[1]" for the second provider.
std::string place(const char* factor, const Texts& levels, const std::string& level) {
  const auto at = std::find(levels.begin(), levels.end(), level) - levels.begin();
  return fmt::format("factors.{}[{}]", factor, at);
}

/// Values that are long beyond sense do not match: std::regex takes stack for every character.
bool matches(const std::string& value, const std::string& pattern) {
  constexpr std::size_t kMostCharacters = 1000;
  return value.size() <= kMostCharacters && std::regex_match(value, std::regex(pattern));
}

/// What is wrong with one option of an engine, or "".
std::string option_problem(const engine::Manifest& manifest, const std::string& key,
                           const std::string& value) {
  Texts keys;
  for (const auto& row : manifest.options) {
    keys.push_back(row.key);
    if (row.key != key) continue;
    if (!row.pattern.empty() && !matches(value, row.pattern))
      return fmt::format("option '{}' of engine '{}' cannot be '{}': {}", key, manifest.name, value,
                         row.help);
    if (row.values.empty() || contains(row.values, value)) return {};
    return fmt::format("option '{}' of engine '{}' must be one of {}, not '{}'", key, manifest.name,
                       fmt::join(row.values, ", "), value);
  }
  return lacks(manifest, "option", key, keys);
}

void check_options(const Experiment& experiment, const engine::SearchPath& path, Issues& issues) {
  for (const auto& [name, options] : experiment.engine_options) {
    const auto manifest = engine::find_manifest(name, path);
    if (!manifest) continue;  // said where the engine is listed
    for (const auto& [key, value] : options)
      if (auto problem = option_problem(*manifest, key, value); !problem.empty())
        add(issues, fmt::format("engine.{}.{}", name, key), std::move(problem));
  }
}

/// What is an engine already cannot be the name of a server.
void check_endpoint_names(const engine::SearchPath& path, Issues& issues) {
  engine::SearchPath without = path;
  without.endpoints.clear();
  for (const std::string& name : path.endpoints)
    if (const auto manifest = engine::find_manifest(name, without);
        manifest && !manifest->is_endpoint)
      add(issues, "engine." + name,
          fmt::format("'{}' is an engine: give the server that 'command' or 'url' means a name of "
                      "its own",
                      name));
}

void check_configuration(const engine::Manifest& manifest, const Configuration& cell,
                         const Factors& factors, Issues& issues) {
  if (!contains(manifest.providers, cell.provider))
    add(issues, place("provider", factors.provider, cell.provider),
        lacks(manifest, "provider", cell.provider, manifest.providers));
  if (!manifest.precisions.empty() && !contains(manifest.precisions, cell.precision))
    add(issues, place("precision", factors.precision, cell.precision),
        lacks(manifest, "precision", cell.precision, manifest.precisions));
}

bool takes(const engine::Manifest& manifest, const LocalModel& model) {
  return model.format == kDecoderFormat ? !manifest.decoder_forms.empty()
                                        : contains(manifest.model_formats, model.format);
}

std::string taken_by(const engine::Manifest& manifest) {
  const Texts& formats = manifest.model_formats;
  if (formats.empty()) return "only checkpoints of language models";
  if (contains(formats, "null")) return "only models named null:NAME";
  return fmt::format("{} files", fmt::join(formats, ", "));
}

void check_formats(const engine::Manifest& manifest, const LocalModels& models, Issues& issues) {
  const bool lists_nothing = manifest.model_formats.empty() && manifest.decoder_forms.empty();
  for (std::size_t i = 0; i < models.size(); ++i) {
    // What no engine can load is said of the model.
    if (lists_nothing || models[i].problem || models[i].absent || takes(manifest, models[i]))
      continue;
    add(issues, fmt::format("model[{}].source", i),
        fmt::format("engine '{}' cannot load '{}': it takes {}", manifest.name, models[i].path,
                    taken_by(manifest)));
  }
}

/// The manifests of the experiment's engines, by the names that it gives them.
Manifests read_manifests(const Experiment& experiment, const engine::SearchPath& path,
                         Issues& issues) {
  Manifests manifests;
  for (const auto& name : experiment.factors.engine) {
    if (auto manifest = engine::find_manifest(name, path); manifest)
      manifests.emplace(name, std::move(*manifest));
    else
      add(issues, place("engine", experiment.factors.engine, name), manifest.error().message);
  }
  return manifests;
}

}  // namespace

Issues find_engine_issues(const Experiment& experiment, const LocalModels& models,
                          const engine::SearchPath& path, AbsentEngines absent) {
  Issues issues;
  const Manifests manifests = read_manifests(experiment, path, issues);
  if (absent == AbsentEngines::kSkipped) issues.clear();  // find_installs says it
  for (const auto& [name, manifest] : manifests) check_formats(manifest, models, issues);
  for (const auto& cell : plan::configurations(experiment))
    if (const auto manifest = manifests.find(cell.engine); manifest != manifests.end())
      check_configuration(manifest->second, cell, experiment.factors, issues);
  check_options(experiment, path, issues);
  check_endpoint_names(path, issues);
  return issues;
}

void spell_option_values(Experiment& experiment, const engine::SearchPath& path) {
  for (auto& [name, options] : experiment.engine_options) {
    const auto manifest = engine::find_manifest(name, path);
    if (!manifest) continue;
    for (const auto& row : manifest->options) {
      const auto option = options.find(row.key);
      if (option == options.end() || contains(row.values, option->second)) continue;
      const std::string digit = option->second == "true" ? "1" : "0";
      const bool truth = option->second == "true" || option->second == "false";
      if (truth && contains(row.values, digit)) option->second = digit;
    }
  }
}

Result<Installs> find_installs(const Experiment& experiment, const engine::SearchPath& path,
                               AbsentEngines absent) {
  Installs installs;
  std::vector<Error> reasons;
  for (const auto& name : experiment.factors.engine) {
    auto install = engine::find_engine(name, path);
    if (!install && absent == AbsentEngines::kRefused) return fail(install.error());
    if (install)
      installs.emplace(name, std::move(*install));
    else
      reasons.push_back(install.error());
  }
  if (installs.empty() && !reasons.empty()) return fail(reasons.front());
  for (const Error& reason : reasons) print_note("skipped: " + reason.message);
  return installs;
}

Result<std::vector<std::string>> installed_engines(const LocalModels& models,
                                                   const engine::SearchPath& path) {
  const auto takes_all = [&](const engine::Manifest& manifest) {
    return std::all_of(models.begin(), models.end(), [&](const LocalModel& model) {
      return model.problem || takes(manifest, model);
    });
  };
  Texts engines;
  for (const auto& listing : engine::list_engines(path))
    if (!listing.installs.empty() && takes_all(listing.manifest))
      engines.push_back(listing.manifest.name);
  if (!engines.empty()) return engines;
  return fail(ErrorKind::kMachine,
              "no engine that takes these models is installed; 'joulemark engines' tells what is "
              "there and where it was looked for");
}

}  // namespace joulemark::cli
