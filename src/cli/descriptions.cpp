// SPDX-License-Identifier: Apache-2.0
// Installs, opened once in a worker.
#include "cli/descriptions.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <set>

#include "cli/json_values.h"
#include "run/describe.h"
#include "run/process_worker.h"

namespace joulemark::cli {

using nlohmann::json;

Description describe(const EngineInstall& install) {
  run::ProcessWorkerRunner workers(run::default_worker_program());
  const auto text = run::describe_install(install, workers);
  if (!text) return {.problem = text.error().message};
  if (!json::parse(*text, nullptr, /*allow_exceptions=*/false).is_object())
    return {.problem = "its description is no JSON object"};
  return {.value = *text, .problem = {}};
}

std::vector<DescribedEngine> describe_all(std::vector<engine::EngineListing> listings) {
  std::vector<DescribedEngine> engines;
  for (auto& listing : listings) {
    DescribedEngine engine{.listing = std::move(listing), .descriptions = {}};
    for (const auto& install : engine.listing.installs)
      engine.descriptions.push_back(describe(install));
    engines.push_back(std::move(engine));
  }
  return engines;
}

json described_json(const DescribedEngine& engine) {
  json row = listing_json(engine.listing);
  for (std::size_t i = 0; i < engine.descriptions.size(); ++i) {
    const auto& [value, problem] = engine.descriptions[i];
    row["installs"][i]["describe"] = json::parse(value);
    row["installs"][i]["problem"] = problem.empty() ? json() : json(problem);
  }
  return row;
}

Status check_installs(const Installs& installs) {
  std::set<std::string> seen;
  for (const auto& [name, install] : installs) {
    // Without a library of its own there is nothing that could be broken.
    if (install.library_dir.empty() || !seen.insert(install.library_dir).second) continue;
    if (const auto [value, problem] = describe(install); !problem.empty())
      return fail(ErrorKind::kMachine, fmt::format("{}; it was found in '{}' by {}", problem,
                                                   install.library_dir, install.found_by));
  }
  return {};
}

}  // namespace joulemark::cli
