// SPDX-License-Identifier: Apache-2.0
// `joulemark engines`: which engines there are, where they were found, and what they say they are.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <memory>
#include <nlohmann/json.hpp>

#include "base/text_table.h"
#include "cli/commands.h"
#include "cli/descriptions.h"
#include "cli/experiment_flags.h"
#include "cli/json_values.h"
#include "cli/output.h"
#include "engine/discovery.h"

namespace joulemark::cli {
namespace {

using nlohmann::json;
using Texts = std::vector<std::string>;
using Engines = std::vector<DescribedEngine>;

struct EngineList {
  std::vector<std::string> roots;
  Arguments::Switch as_json = Arguments::Switch::kOff;
  Arguments::Switch options = Arguments::Switch::kOff;
};

/// The table, and the lines below it.
struct Table {
  TextTable rows{{{.head = "engine"},
                  {.head = "version"},
                  {.head = "providers"},
                  {.head = "found by"},
                  {.head = "folder"}}};
  Texts notes;
};

std::string to_json(const Engines& engines) {
  json rows = json::array();
  for (const auto& engine : engines) rows.push_back(described_json(engine));
  return json_line({{"engines", std::move(rows)}});
}

std::string text_at(const json& value, const char* key) {
  const auto found = value.is_object() ? value.find(key) : value.end();
  return value.is_object() && found != value.end() && found->is_string()
             ? printable(found->get<std::string>())
             : std::string();
}

/// The providers that the library says it has.
Texts own_providers(const json& description) {
  Texts names;
  const auto found = description.is_object() ? description.find("providers") : description.end();
  if (!description.is_object() || found == description.end() || !found->is_array()) return names;
  for (const auto& name : *found)
    if (name.is_string()) names.push_back(printable(name.get<std::string>()));
  return names;
}

/// The providers of the library that `--provider` takes, and the others.
struct Providers {
  Texts usable, others;
};

Providers providers_of(const engine::Manifest& manifest, const json& description) {
  Providers providers;
  const Texts& takes = manifest.providers;
  for (const auto& name : own_providers(description)) {
    const bool usable = std::find(takes.begin(), takes.end(), name) != takes.end();
    (usable ? providers.usable : providers.others).push_back(name);
  }
  if (providers.usable.empty() && providers.others.empty()) providers.usable = takes;
  return providers;
}

void add_install(const engine::Manifest& manifest, const EngineInstall& install,
                 const Description& description, Table& table) {
  const json value = json::parse(description.value);
  const std::string& problem = description.problem;
  const std::string version = text_at(value, "version");
  const auto providers = providers_of(manifest, value);
  table.rows.add_row(
      {manifest.name, version.empty() ? install.version : version,
       problem.empty() ? fmt::format("{}", fmt::join(providers.usable, ", ")) : "unusable",
       install.found_by,
       install.library_dir.empty() ? "(built in)" : printable(install.library_dir)});
  if (!problem.empty()) table.notes.push_back(fmt::format("{}: {}", manifest.name, problem));
  if (problem.empty() && !providers.others.empty())
    table.notes.push_back(fmt::format("{} {}: not usable here: its {} {}", manifest.name, version,
                                      providers.others.size() == 1 ? "provider" : "providers",
                                      fmt::join(providers.others, ", ")));
}

void add_engine(const DescribedEngine& engine, Table& table) {
  const auto& listing = engine.listing;
  const std::string& name = listing.manifest.name;
  for (std::size_t i = 0; i < listing.installs.size(); ++i)
    add_install(listing.manifest, listing.installs[i], engine.descriptions[i], table);
  if (listing.installs.empty()) {
    table.rows.add_row({name, "-", "-", "not found", ""});
    table.notes.push_back(fmt::format("{}: {}", name, listing.reason));
  }
  for (const auto& [install, reason] : listing.rejected)
    table.notes.push_back(
        fmt::format("{} in '{}' is passed over: {}", name, install.library_dir, reason));
}

std::string to_text(const Engines& engines) {
  Table table;
  for (const auto& engine : engines) add_engine(engine, table);
  std::string out = table.rows.to_string();
  if (!table.notes.empty()) out += '\n';
  for (const auto& note : table.notes) out += wrap(printable(note), stdout_width(), 2) + '\n';
  return out;
}

std::string options_text(const Engines& engines) {
  TextTable table(
      {{.head = "option"}, {.head = "values"}, {.head = "default"}, {.head = "meaning"}});
  for (const auto& [listing, descriptions] : engines)
    for (const auto& row : listing.manifest.options)
      table.add_row({listing.manifest.name + "." + row.key,
                     row.values.empty() ? "any" : fmt::format("{}", fmt::join(row.values, " ")),
                     row.default_value, printable(row.help)});
  return "\n" + table.to_string();
}

Result<int> list(const EngineList& command) {
  const auto roots = parse_engine_roots(command.roots);
  if (!roots) return fail(roots.error());
  const auto engines = describe_all(engine::list_engines(engine::default_search_path(*roots)));
  if (command.as_json == Arguments::Switch::kOn) return print(to_json(engines));
  std::string text = to_text(engines);
  if (command.options == Arguments::Switch::kOn) text += options_text(engines);
  return print(text);
}

}  // namespace

Action declare_engines(Arguments& arguments) {
  const auto command = std::make_shared<EngineList>();
  arguments.repeated("--engine-root ENGINE=FOLDER", command->roots,
                     "Installation of your own, looked at before all other places");
  arguments.flag("--options", command->options, "List the options of each engine too");
  arguments.flag("--json", command->as_json, "Print everything as JSON");
  return [command] { return list(*command); };
}

}  // namespace joulemark::cli
