// SPDX-License-Identifier: Apache-2.0
// Installs, opened once in a worker.
#include "cli/descriptions.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>

#include "cli/json_values.h"
#include "cli/output.h"
#include "plan/plan.h"
#include "run/describe.h"
#include "run/process_worker.h"

namespace joulemark::cli {

using nlohmann::json;

namespace {

constexpr const char* kFirstProvider = "cpu";

/// The providers that the library says it has.
std::vector<std::string> own_providers(const json& description) {
  std::vector<std::string> names;
  const auto found = description.find("providers");
  if (found == description.end() || !found->is_array()) return names;
  for (const auto& name : *found)
    if (name.is_string()) names.push_back(name.get<std::string>());
  return names;
}

bool contains(const std::vector<std::string>& texts, const std::string& text) {
  return std::find(texts.begin(), texts.end(), text) != texts.end();
}

void describe_providers(const engine::Manifest& manifest, const EngineInstall& install,
                        run::WorkerRunner& workers, Description& description) {
  const auto own = own_providers(json::parse(description.value));
  for (const std::string& provider : manifest.providers) {
    const bool known = own.empty() || contains(own, provider);
    if (!known && provider == kFirstProvider) continue;
    const auto opened =
        known ? Result<std::string>() : run::describe_install(install, workers, provider);
    if (opened)
      description.providers.push_back(provider);
    else
      description.absent[provider] = opened.error().message;
  }
}

}  // namespace

Description describe(const engine::Manifest& manifest, const EngineInstall& install) {
  run::ProcessWorkerRunner workers(run::default_worker_program());
  const auto text = run::describe_install(install, workers);
  if (!text) return {.problem = text.error().message, .providers = {}, .absent = {}};
  if (!json::parse(*text, nullptr, /*allow_exceptions=*/false).is_object())
    return {.problem = "its description is no JSON object", .providers = {}, .absent = {}};
  Description description{.value = *text, .problem = {}, .providers = {}, .absent = {}};
  describe_providers(manifest, install, workers, description);
  return description;
}

std::vector<DescribedEngine> describe_all(std::vector<engine::EngineListing> listings) {
  std::vector<DescribedEngine> engines;
  for (auto& listing : listings) {
    DescribedEngine engine{.listing = std::move(listing), .descriptions = {}};
    for (const auto& install : engine.listing.installs)
      engine.descriptions.push_back(describe(engine.listing.manifest, install));
    engines.push_back(std::move(engine));
  }
  return engines;
}

json described_json(const DescribedEngine& engine) {
  json row = listing_json(engine.listing);
  for (std::size_t i = 0; i < engine.descriptions.size(); ++i) {
    const auto& [value, problem, providers, absent] = engine.descriptions[i];
    json& install = row["installs"][i];
    install["describe"] = json::parse(value);
    install["problem"] = problem.empty() ? json() : json(problem);
    install["providers"] = providers;
    install["absent_providers"] = absent;
  }
  return row;
}

Status check_install(const EngineInstall& install, const std::string& provider) {
  run::ProcessWorkerRunner workers(run::default_worker_program());
  const auto opened = run::describe_install(install, workers, provider);
  if (opened) return {};
  return fail(ErrorKind::kMachine,
              fmt::format("{}; it was found in '{}' by {}", opened.error().message,
                          install.library_dir, install.found_by));
}

Result<std::vector<std::string>> without_unbuilt(std::vector<std::string> engines,
                                                 const engine::SearchPath& path) {
  std::string reason;
  std::erase_if(engines, [&](const std::string& name) {
    const auto manifest = engine::find_manifest(name, path);
    const auto install = engine::find_engine(name, path);
    if (!manifest || !install || manifest->built_against.empty()) return false;
    if (install->found_by == "option" || install->found_by == "environment") return false;
    const Status opened = check_install(*install, kFirstProvider);
    if (opened) return false;
    reason = opened.error().message;
    print_note(fmt::format("engine '{}' is left out: {}", name, reason));
    return true;
  });
  if (engines.empty()) return fail(ErrorKind::kMachine, reason);
  return engines;
}

Status check_installs(const Installs& installs, const Experiment& experiment) {
  std::set<std::string> seen;
  for (const auto& cell : plan::configurations(experiment)) {
    const auto found = installs.find(cell.engine);
    // Without a library of its own there is nothing that could be broken.
    if (found == installs.end() || found->second.library_dir.empty()) continue;
    const EngineInstall& install = found->second;
    if (!seen.insert(fmt::format("{}\n{}\n{}", install.plugin, install.library_dir, cell.provider))
             .second)
      continue;
    if (auto opened = check_install(install, cell.provider); !opened) return opened;
  }
  return {};
}

}  // namespace joulemark::cli
