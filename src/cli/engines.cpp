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
#include "cli/engine_build.h"
#include "cli/engine_operators.h"
#include "cli/experiment_flags.h"
#include "cli/json_values.h"
#include "cli/output.h"
#include "cli/python_flag.h"
#include "engine/discovery.h"

namespace joulemark::cli {
namespace {

using nlohmann::json;
using Texts = std::vector<std::string>;
using Engines = std::vector<DescribedEngine>;

struct EngineList {
  std::string engine;
  std::vector<std::string> roots;
  std::string python;
  Arguments::Switch as_json = Arguments::Switch::kOff;
  Arguments::Switch options = Arguments::Switch::kOff;
  Arguments::Switch operators = Arguments::Switch::kOff;
  EngineBuild build;
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

/// The providers that the library names and `--provider` does not take.
Texts other_providers(const engine::Manifest& manifest, const json& description) {
  Texts others;
  const auto found = description.is_object() ? description.find("providers") : description.end();
  if (!description.is_object() || found == description.end() || !found->is_array()) return others;
  const Texts& takes = manifest.providers;
  for (const auto& provider : *found) {
    if (!provider.is_string()) continue;
    const auto& name = provider.get_ref<const std::string&>();
    if (std::find(takes.begin(), takes.end(), name) == takes.end())
      others.push_back(printable(name));
  }
  return others;
}

void add_notes(const std::string& name, const std::string& version, const Description& description,
               const Texts& others, Table& table) {
  if (!description.problem.empty())
    table.notes.push_back(fmt::format("{}: {}", name, description.problem));
  for (const auto& [provider, reason] : description.absent)
    table.notes.push_back(fmt::format("{} {}: {}", name, version, reason));
  if (!others.empty())
    table.notes.push_back(fmt::format("{} {}: not usable here: its {} {}", name, version,
                                      others.size() == 1 ? "provider" : "providers",
                                      fmt::join(others, ", ")));
}

void add_install(const engine::Manifest& manifest, const EngineInstall& install,
                 const Description& description, Table& table) {
  const json value = json::parse(description.value);
  const std::string own_version = text_at(value, "version");
  const std::string version = own_version.empty() ? install.version : own_version;
  table.rows.add_row({manifest.name, version,
                      description.problem.empty()
                          ? fmt::format("{}", fmt::join(description.providers, ", "))
                          : "unusable",
                      install.found_by,
                      install.library_dir.empty() ? "(built in)" : printable(install.library_dir)});
  add_notes(manifest.name, version, description, other_providers(manifest, value), table);
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

/// The listings of all engines, or of the one that is named.
Result<std::vector<engine::EngineListing>> find_listings(const std::string& name,
                                                         const engine::SearchPath& path) {
  auto listings = engine::list_engines(path);
  if (name.empty()) return listings;
  if (auto known = engine::find_manifest(name, path); !known) return fail(known.error());
  std::erase_if(listings,
                [&](const engine::EngineListing& row) { return row.manifest.name != name; });
  return listings;
}

Result<int> list(const EngineList& command, const engine::SearchPath& path) {
  auto listings = find_listings(command.engine, path);
  if (!listings) return fail(listings.error());
  const auto engines = describe_all(*std::move(listings));
  if (command.as_json == Arguments::Switch::kOn) return print(to_json(engines));
  std::string text = to_text(engines);
  if (command.options == Arguments::Switch::kOn) text += options_text(engines);
  return print(text);
}

Result<int> run(const EngineList& command) {
  auto roots = parse_engine_roots(command.roots);
  if (!roots) return fail(roots.error());
  if (auto added = add_python_roots(command.python, {}, *roots); !added) return fail(added.error());
  const auto path = engine::default_search_path(*roots);
  const EngineBuild& build = command.build;
  if (!build.engine.empty()) return build_engine(build, path);
  if (!build.root.empty() || !build.source.empty())
    return fail(ErrorKind::kUsage, "--root and --source say what '--build ENGINE' builds; give it");
  if (command.operators == Arguments::Switch::kOff) return list(command, path);
  if (command.engine.empty())
    return fail(ErrorKind::kUsage,
                "--operators needs an engine, as in 'joulemark engines ENGINE --operators'");
  return list_engine_operators(command.engine, path, command.as_json);
}

}  // namespace

Action declare_engines(Arguments& arguments) {
  const auto command = std::make_shared<EngineList>();
  arguments.repeated("--engine-root ENGINE=FOLDER", command->roots,
                     "Installation of your own, looked at before all other places");
  declare_python(arguments, command->python);
  arguments.flag("--options", command->options, "List the options of each engine too");
  arguments.positional("ENGINE", command->engine, "Show this engine only",
                       Arguments::Need::kOptional);
  arguments.flag("--operators", command->operators,
                 "List the operators that ENGINE computes, for an engine that reads models itself");
  arguments.flag("--json", command->as_json, "Print everything as JSON");
  arguments.group("Building an engine for another version of its library");
  arguments.option("--build ENGINE", command->build.engine,
                   "Compile the engine for the library in --root, into the cache");
  arguments.option("--root FOLDER", command->build.root,
                   "Where that library is (default where the engine would be found)");
  arguments.option("--source FOLDER", command->build.source,
                   "Joulemark's source tree (default the one that this program was built in)");
  return [command] { return run(*command); };
}

}  // namespace joulemark::cli
