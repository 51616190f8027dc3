// SPDX-License-Identifier: Apache-2.0
// `joulemark import`: results of other tools become experiments of a store.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>

#include "base/text_table.h"
#include "cli/commands.h"
#include "cli/interrupt.h"
#include "cli/json_values.h"
#include "cli/output.h"
#include "exchange/layouts.h"
#include "store/store.h"

namespace joulemark::cli {
namespace {

using exchange::Assignment;
using nlohmann::json;
using Switch = Arguments::Switch;
using Strings = std::vector<std::string>;

struct Import {
  Strings sources;
  std::string layout;
  Strings map, constants, conditions;
  std::string metric, value;
  std::string name;
  std::string store = "joulemark.sqlite";
  Switch as_json = Switch::kOff;
};

/// An experiment that was imported.
struct Done {
  std::int64_t id = 0;
  std::string name;
  std::string origin;
  std::size_t trials = 0;
  std::vector<exchange::Skipped> skipped;
};

/// "A=B,C=D" where `commas` separate, else one assignment.
enum class Commas { kSeparate, kBelong };

Status read_assignments(const char* flag, const Strings& given, Commas commas,
                        std::vector<Assignment>& into) {
  for (std::string_view text : given) {
    while (!text.empty()) {
      const auto end = commas == Commas::kSeparate ? text.find(',') : std::string_view::npos;
      const std::string_view entry = text.substr(0, end);
      const auto equals = entry.find('=');
      if (equals == std::string_view::npos || equals == 0 || equals + 1 == entry.size())
        return fail(ErrorKind::kUsage, fmt::format("{} '{}' must be NAME=VALUE", flag, entry));
      into.push_back({std::string(entry.substr(0, equals)), std::string(entry.substr(equals + 1))});
      text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    }
  }
  return {};
}

Result<exchange::CsvMap> map_of(const Import& command) {
  exchange::CsvMap map;
  map.metric_column = command.metric;
  map.value_column = command.value;
  Status read = read_assignments("--map", command.map, Commas::kSeparate, map.fields);
  if (read) read = read_assignments("--set", command.constants, Commas::kBelong, map.constants);
  if (read) read = read_assignments("--where", command.conditions, Commas::kBelong, map.conditions);
  if (read) read = exchange::check(map);
  return read ? Result<exchange::CsvMap>(std::move(map)) : fail(read.error());
}

/// The experiment's name, where several get one.
std::string name_of(const Import& command, const exchange::ImportSource& source,
                    std::size_t sources) {
  if (command.name.empty()) return source.name;
  return sources == 1 ? command.name : fmt::format("{} ({})", command.name, source.name);
}

Result<Done> import_one(const exchange::ImportSource& source, store::Store& store) {
  const auto id = store.create_experiment({}, "");
  if (!id) return fail(id.error());
  exchange::TrialCollector collector([&](const TrialRecord& trial) -> Status {
    if (interrupt_flag()) return fail(ErrorKind::kInterrupted, "interrupted: nothing was imported");
    return store.add_trial(*id, trial);
  });
  if (auto read = source.read(collector); !read) return fail(read.error());
  if (collector.trials() == 0)
    return fail(ErrorKind::kFailed,
                fmt::format("cannot import {}: no trial is in it; see 'joulemark import --help' on "
                            "how columns are named",
                            source.origin));
  const Experiment experiment = exchange::experiment_of(source, collector);
  const std::string file = fmt::format("# imported: there is no experiment file\n");
  if (auto set = store.set_experiment(*id, experiment, file); !set) return fail(set.error());
  return Done{*id, experiment.name, experiment.origin, collector.trials(), collector.skipped()};
}

Result<std::vector<Done>> import_all(const Import& command,
                                     std::vector<exchange::ImportSource> sources) {
  auto store = store::Store::open(command.store, store::OpenMode::kReadWrite);
  if (!store) return fail(store.error());
  std::vector<Done> all;
  const Status written = store->write_as_one([&]() -> Status {
    for (auto& source : sources) {
      source.name = name_of(command, source, sources.size());
      auto done = import_one(source, *store);
      if (!done) return fail(done.error());
      all.push_back(std::move(*done));
    }
    return {};
  });
  return written ? Result<std::vector<Done>>(std::move(all)) : fail(written.error());
}

std::string json_of(const Import& command, const std::vector<Done>& all) {
  json rows = json::array();
  for (const Done& done : all) {
    json skipped = json::array();
    for (const auto& each : done.skipped)
      skipped.push_back({{"what", each.what}, {"count", each.count}});
    rows.push_back({{"id", done.id},
                    {"name", done.name},
                    {"origin", done.origin},
                    {"trials", done.trials},
                    {"skipped", std::move(skipped)}});
  }
  return json_line({{"store", command.store}, {"experiments", std::move(rows)}});
}

std::string text_of(const std::vector<Done>& all) {
  std::string text;
  for (const Done& done : all) {
    text += printable(fmt::format("experiment {}: {}, {} trials from {}", done.id, done.name,
                                  done.trials, done.origin)) +
            '\n';
    for (const auto& each : done.skipped)
      text += printable(fmt::format("  skipped {} {}", each.count, each.what)) + '\n';
  }
  return text;
}

Result<int> run(const Import& command) {
  const auto map = map_of(command);
  if (!map) return fail(map.error());
  const exchange::Paths paths(command.sources.begin(), command.sources.end());
  const auto layout = exchange::choose_layout(command.layout, paths, *map);
  if (!layout) return fail(layout.error());
  if (command.layout.empty()) print_note(fmt::format("read as --layout {}", (*layout)->name));
  auto sources = (*layout)->sources(paths, *map);
  if (!sources) return fail(sources.error());
  const auto done = import_all(command, std::move(*sources));
  if (!done) return fail(done.error());
  return print(command.as_json == Switch::kOn ? json_of(command, *done) : text_of(*done));
}

std::string layout_help() {
  std::string text = "What the files are (default: guessed): ";
  for (const auto& layout : exchange::layouts())
    text += fmt::format("{}{} ({})", &layout == exchange::layouts().data() ? "" : ", ", layout.name,
                        layout.help);
  return text;
}

}  // namespace

Action declare_import(Arguments& arguments) {
  const auto command = std::make_shared<Import>();
  arguments.positionals("FILE", command->sources, "Files or folders with results",
                        Arguments::Need::kRequired);
  arguments.option("--layout LAYOUT", command->layout, layout_help());
  arguments.option("--name NAME", command->name, "Of the experiment (default the file's)");
  arguments.option("--store FILE", command->store,
                   "Store that gets the trials (default joulemark.sqlite)");
  arguments.flag("--json", command->as_json, "Print what was imported as JSON");
  arguments.group("Of --layout csv");
  arguments.repeated(
      "--map FIELD=COLUMN", command->map,
      "Column of a trial's fact, with *NUMBER behind it to change the unit; several "
      "separated by commas. 'joulemark help fields' lists the fields. Without --map: "
      "columns that are named like fields");
  arguments.repeated("--set FIELD=VALUE", command->constants, "A fact of all trials");
  arguments.repeated("--where COLUMN=VALUE", command->conditions,
                     "Only rows in which the column has that value");
  arguments.option("--metric COLUMN", command->metric,
                   "Of a file with one value a row: the column that says which; --map takes its "
                   "words as columns");
  arguments.option("--value COLUMN", command->value, "And the column with the value");
  return [command] { return run(*command); };
}

}  // namespace joulemark::cli
