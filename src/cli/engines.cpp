// SPDX-License-Identifier: Apache-2.0
// `joulemark engines`: which engines there are, where they were found, and what they say they are.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <memory>
#include <nlohmann/json.hpp>

#include "base/text_table.h"
#include "cli/commands.h"
#include "cli/experiment_flags.h"
#include "cli/json_values.h"
#include "cli/output.h"
#include "engine/discovery.h"
#include "run/describe.h"
#include "run/process_worker.h"

namespace joulemark::cli {
namespace {

using nlohmann::json;
using Listings = std::vector<engine::EngineListing>;

struct Engines {
  std::vector<std::string> roots;
  Arguments::Switch as_json = Arguments::Switch::kOff;
  Arguments::Switch options = Arguments::Switch::kOff;
};

/// What the install says of itself, or why it cannot.
struct Description {
  json value;  ///< null when it cannot be opened
  std::string problem;
};

Description describe(const EngineInstall& install) {
  run::ProcessWorkerRunner workers(run::default_worker_program());
  const auto text = run::describe_install(install, workers);
  if (!text) return {.value = {}, .problem = text.error().message};
  auto value = json::parse(*text, nullptr, /*allow_exceptions=*/false);
  if (!value.is_object()) return {.value = {}, .problem = "its description is no JSON object"};
  return {.value = std::move(value), .problem = {}};
}

std::string to_json(const Listings& listings) {
  json engines = json::array();
  for (const auto& listing : listings) {
    json row = listing_json(listing);
    for (std::size_t i = 0; i < listing.installs.size(); ++i) {
      auto [value, problem] = describe(listing.installs[i]);
      row["installs"][i]["describe"] = std::move(value);
      row["installs"][i]["problem"] = problem.empty() ? json() : json(problem);
    }
    engines.push_back(std::move(row));
  }
  return json_line({{"engines", std::move(engines)}});
}

std::string text_at(const json& value, const char* key) {
  const auto found = value.is_object() ? value.find(key) : value.end();
  return value.is_object() && found != value.end() && found->is_string()
             ? printable(found->get<std::string>())
             : std::string();
}

/// What the engine itself says, else what its manifest promises.
std::string providers_of(const engine::Manifest& manifest, const json& description) {
  std::vector<std::string> names;
  if (description.is_object() && description.contains("providers") &&
      description["providers"].is_array())
    for (const auto& name : description["providers"])
      if (name.is_string()) names.push_back(printable(name.get<std::string>()));
  return fmt::format("{}", fmt::join(names.empty() ? manifest.providers : names, ", "));
}

void add_installs(const engine::EngineListing& listing, TextTable& table,
                  std::vector<std::string>& notes) {
  const std::string& name = listing.manifest.name;
  for (const auto& install : listing.installs) {
    const auto [value, problem] = describe(install);
    const std::string version = text_at(value, "version");
    table.add_row({name, version.empty() ? install.version : version,
                   problem.empty() ? providers_of(listing.manifest, value) : "unusable",
                   install.found_by,
                   install.library_dir.empty() ? "(built in)" : printable(install.library_dir)});
    if (!problem.empty()) notes.push_back(fmt::format("{}: {}", name, problem));
  }
  if (listing.installs.empty()) {
    table.add_row({name, "-", "-", "not found", ""});
    notes.push_back(fmt::format("{}: {}", name, listing.reason));
  }
  for (const auto& [install, reason] : listing.rejected)
    notes.push_back(
        fmt::format("{} in '{}' is passed over: {}", name, install.library_dir, reason));
}

std::string to_text(const Listings& listings) {
  TextTable table({{.head = "engine"},
                   {.head = "version"},
                   {.head = "providers"},
                   {.head = "found by"},
                   {.head = "folder"}});
  std::vector<std::string> notes;
  for (const auto& listing : listings) add_installs(listing, table, notes);
  std::string out = table.to_string();
  if (!notes.empty()) out += '\n';
  for (const auto& note : notes) out += wrap(printable(note), stdout_width(), 2) + '\n';
  return out;
}

std::string options_text(const Listings& listings) {
  TextTable table(
      {{.head = "option"}, {.head = "values"}, {.head = "default"}, {.head = "meaning"}});
  for (const auto& listing : listings)
    for (const auto& row : listing.manifest.options)
      table.add_row({listing.manifest.name + "." + row.key,
                     row.values.empty() ? "any" : fmt::format("{}", fmt::join(row.values, " ")),
                     row.default_value, printable(row.help)});
  return "\n" + table.to_string();
}

Result<int> engines(const Engines& command) {
  const auto roots = parse_engine_roots(command.roots);
  if (!roots) return fail(roots.error());
  const auto listings = engine::list_engines(engine::default_search_path(*roots));
  if (command.as_json == Arguments::Switch::kOn) return print(to_json(listings));
  std::string text = to_text(listings);
  if (command.options == Arguments::Switch::kOn) text += options_text(listings);
  return print(text);
}

}  // namespace

Action declare_engines(Arguments& arguments) {
  const auto command = std::make_shared<Engines>();
  arguments.repeated("--engine-root ENGINE=FOLDER", command->roots,
                     "Installation of your own, looked at before all other places");
  arguments.flag("--options", command->options, "List the options of each engine too");
  arguments.flag("--json", command->as_json, "Print everything as JSON");
  return [command] { return engines(*command); };
}

}  // namespace joulemark::cli
