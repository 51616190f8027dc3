// SPDX-License-Identifier: Apache-2.0
// `joulemark analyze`: every statistic, of a CSV file or of a stored experiment.
#include <fmt/format.h>

#include <cmath>
#include <fstream>
#include <memory>
#include <nlohmann/json.hpp>

#include "base/split.h"
#include "cli/analysis_source.h"
#include "cli/commands.h"
#include "cli/fraction.h"
#include "cli/output.h"
#include "cli/stored_experiment.h"
#include "cli/table_format.h"
#include "report/json_values.h"

namespace joulemark::cli {
namespace {

using Json = nlohmann::ordered_json;
using Switch = Arguments::Switch;

struct Analyze {
  std::string source = "joulemark.sqlite";
  std::vector<std::string> values, groups, where;
  std::string block, with, model;
  std::string margin = "3%";
  std::string pairs = "auto";
  std::optional<double> level, bound;
  std::optional<std::int64_t> resamples, seed, experiment;
  Switch log = Switch::kOff;
  TableFormat format;
};

/// "a,b" and "c" as a, b, c.
std::vector<std::string> words_of(const std::vector<std::string>& lists) {
  std::vector<std::string> words;
  for (const std::string& list : lists)
    for (std::string& word : split(list, ',')) words.push_back(std::move(word));
  return words;
}

Result<std::vector<table::RowFilter>> filters_of(const Analyze& command) {
  std::vector<table::RowFilter> filters;
  for (const std::string& text : command.where) {
    const auto equals = text.find('=');
    if (equals == std::string::npos || equals == 0)
      return fail(ErrorKind::kUsage, fmt::format("--where must be COLUMN=TEXT, not '{}'", text));
    filters.push_back({text.substr(0, equals), text.substr(equals + 1)});
  }
  return filters;
}

Result<stats::PairChoice> pairs_of(const std::string& name) {
  if (name == "auto") return stats::PairChoice::kAuto;
  if (name == "all") return stats::PairChoice::kAll;
  if (name == "lowest") return stats::PairChoice::kWithLowest;
  return fail(ErrorKind::kUsage,
              fmt::format("--pairs must be auto, all or lowest, not '{}'", name));
}

Status set_resamples(const Analyze& command, stats::BatteryOptions& battery) {
  constexpr std::int64_t kFewest = 100;
  constexpr std::int64_t kMost = 10'000'000;
  battery.seed = static_cast<std::uint64_t>(command.seed.value_or(1));
  const std::int64_t resamples = command.resamples.value_or(battery.resamples);
  if (resamples < kFewest || resamples > kMost)
    return fail(ErrorKind::kUsage, fmt::format("--resamples must be from {} to {}, not {}", kFewest,
                                               kMost, resamples));
  battery.resamples = static_cast<int>(resamples);
  return {};
}

Result<AnalysisOptions> options_of(const Analyze& command) {
  AnalysisOptions options;
  stats::BatteryOptions& battery = options.battery;
  battery.level = command.level.value_or(battery.level);
  if (!(battery.level > 0.5 && battery.level < 1))
    return fail(ErrorKind::kUsage, "--level must be above 0.5 and below 1, such as 0.95");
  const auto margin = parse_fraction("--margin", command.margin);
  if (!margin) return fail(margin.error());
  battery.margin = *margin;
  if (command.bound && !(*command.bound > 0 && std::isfinite(*command.bound)))
    return fail(ErrorKind::kUsage,
                fmt::format("--bound must be a number above 0, not {}", *command.bound));
  battery.bound = command.bound.value_or(0);
  const auto pairs = pairs_of(command.pairs);
  if (!pairs) return fail(pairs.error());
  battery.pairs = *pairs;
  if (auto set = set_resamples(command, battery); !set) return fail(set.error());
  if (command.log == Switch::kOn) {
    options.scale = AnalysisOptions::Scale::kLog;
    if (!command.bound) battery.bound = std::log1p(*margin);
  }
  return options;
}

bool is_store(const std::string& path) {
  constexpr std::string_view kMagic = "SQLite format 3";
  std::string begin(kMagic.size(), '\0');
  std::ifstream file(path, std::ios::binary);
  return file.read(begin.data(), static_cast<std::streamsize>(begin.size())) && begin == kMagic;
}

table::Document document_of(const std::vector<report::Analysis>& analyses,
                            std::vector<std::string> lines) {
  table::Document document{.title = "", .lines = std::move(lines), .tables = {}};
  for (const report::Analysis& analysis : analyses)
    for (table::Table& table : report::analysis_tables(analysis))
      document.tables.push_back(std::move(table));
  return document;
}

Json json_of(const std::vector<report::Analysis>& analyses) {
  Json list = Json::array();
  for (const report::Analysis& analysis : analyses) list.push_back(report::analysis_json(analysis));
  return list;
}

Json stored_json(const ExperimentRecord& record, const verdict::Judgement& judgement,
                 const std::vector<report::Analysis>& analyses) {
  return {{"experiment", {{"id", record.id}, {"name", record.experiment.name}}},
          {"sentence", judgement.sentence},
          {"analyses", json_of(analyses)},
          {"caveats", report::caveats_json(judgement.caveats)}};
}

void note_missing(const std::vector<report::Analysis>& analyses) {
  for (const report::Analysis& analysis : analyses) {
    std::size_t missing = 0;
    for (const std::size_t n : analysis.missing) missing += n;
    if (missing > 0)
      print_note(fmt::format("warning: {} values of '{}' are missing and left out", missing,
                             analysis.value));
  }
}

Result<int> analyze_csv(const Analyze& command, const AnalysisOptions& options) {
  if (command.values.empty() || command.groups.empty())
    return fail(ErrorKind::kUsage,
                fmt::format("'{}' is no store; a CSV file needs --value COLUMN and --group COLUMN",
                            command.source));
  if (command.experiment || !command.model.empty())
    return fail(
        ErrorKind::kUsage,
        fmt::format("'{}' is no store; --experiment and --model are for stores", command.source));
  auto filters = filters_of(command);
  if (!filters) return fail(filters.error());
  const table::LongColumns columns{.values = words_of(command.values),
                                   .group = words_of(command.groups),
                                   .block = command.block,
                                   .where = *std::move(filters)};
  const auto analyses = analyse_csv(command.source, columns, command.with, options);
  if (!analyses) return fail(analyses.error());
  note_missing(*analyses);
  return command.format.write(
      [&] { return document_of(*analyses, {}); },
      [&] {
        Json list = json_of(*analyses);
        return list.size() == 1 ? std::move(list.front()) : Json{{"analyses", std::move(list)}};
      });
}

Result<int> analyze_store(const Analyze& command, const AnalysisOptions& options) {
  if (!command.groups.empty() || !command.block.empty() || !command.where.empty() ||
      !command.with.empty())
    return fail(ErrorKind::kUsage,
                fmt::format("'{}' is a store: its groups are configurations; --group, --block, "
                            "--where and --with are for CSV files",
                            command.source));
  const auto record = load_experiment(command.source, command.experiment);
  if (!record) return fail(record.error());
  const verdict::Judgement judgement = verdict::judge(*record);
  const auto analyses = analyse_record(
      *record, judgement, {.metrics = words_of(command.values), .model = command.model}, options);
  if (!analyses) return fail(analyses.error());
  std::vector<std::string> lines = {judgement.sentence};
  for (const Caveat& caveat : judgement.caveats) lines.push_back("Caveat: " + caveat.message);
  return command.format.write([&] { return document_of(*analyses, lines); },
                              [&] { return stored_json(*record, judgement, *analyses); });
}

Result<int> analyze(const Analyze& command) {
  if (auto format = command.format.check(); !format) return fail(format.error());
  const auto options = options_of(command);
  if (!options) return fail(options.error());
  if (auto target = command.format.check_target({{"the source", command.source}}); !target)
    return fail(target.error());
  return is_store(command.source) ? analyze_store(command, *options)
                                  : analyze_csv(command, *options);
}

void declare_source(Arguments& arguments, Analyze& command) {
  arguments.positional("SOURCE", command.source,
                       "CSV file with one observation a row, or a store (default joulemark.sqlite)",
                       Arguments::Need::kOptional);
  arguments.group("What is analysed");
  arguments.repeated("--value NAMES", command.values,
                     "Columns of numbers; of a store, metrics (default what ranks)");
  arguments.repeated("--group COLUMNS", command.groups,
                     "Columns that name the group; several are factors");
  arguments.option("--block COLUMN", command.block,
                   "Column of the block (repetition) in which groups were measured together");
  arguments.repeated("--where COLUMN=TEXT", command.where,
                     "Only rows with this cell; may be given several times");
  arguments.option("--with COLUMN", command.with, "Also correlate with this column");
  arguments.option("--experiment N", command.experiment,
                   "Of a store: number of the experiment (default the newest)");
  arguments.option("--model NAME", command.model, "Of a store: only this model");
}

}  // namespace

Action declare_analyze(Arguments& arguments) {
  const auto command = std::make_shared<Analyze>();
  declare_source(arguments, *command);
  arguments.group("How");
  arguments.flag("--log", command->log, "Take natural logarithms first: differences are of ratios");
  arguments.option("--level L", command->level, "Of intervals (default 0.95)");
  arguments.option("--margin SHARE", command->margin,
                   "Bounds of equivalence, as a share of the second group's mean (default 3%)");
  arguments.option("--bound X", command->bound, "The same in the values' unit");
  arguments.option("--pairs WHICH", command->pairs,
                   "all, lowest (with the group of the lowest mean), or auto (default: all of up "
                   "to 200 groups)");
  arguments.option("--resamples N", command->resamples, "Of each bootstrap (default 9999)");
  arguments.option("--seed N", command->seed, "Of the bootstraps (default 1)");
  command->format.declare(arguments);
  return [command] { return analyze(*command); };
}

}  // namespace joulemark::cli
