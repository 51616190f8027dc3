// SPDX-License-Identifier: Apache-2.0
// `joulemark analyze`: every statistic, of a CSV file or of a stored experiment.
#include <fmt/format.h>

#include <fstream>
#include <memory>
#include <nlohmann/json.hpp>

#include "cli/analyze_options.h"
#include "cli/commands.h"
#include "cli/output.h"
#include "cli/stored_experiment.h"
#include "report/json_values.h"

namespace joulemark::cli {
namespace {

using Json = nlohmann::ordered_json;

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

Result<int> analyze_csv(const AnalyzeOptions& command, const AnalysisOptions& options) {
  const auto part = csv_part(command);
  if (!part) return fail(part.error());
  const auto analyses = analyse_csv(command.source, *part, options);
  if (!analyses) return fail(analyses.error());
  note_missing(*analyses);
  return command.format.write(
      [&] { return document_of(*analyses, {}); },
      [&] {
        Json list = json_of(*analyses);
        return list.size() == 1 ? std::move(list.front()) : Json{{"analyses", std::move(list)}};
      });
}

Result<int> analyze_store(const AnalyzeOptions& command, const AnalysisOptions& options) {
  const auto part = stored_part(command);
  if (!part) return fail(part.error());
  const auto record = load_experiment(command.source, command.experiment);
  if (!record) return fail(record.error());
  const verdict::Judgement judgement = verdict::judge(*record);
  const auto analyses = analyse_record(*record, judgement, *part, options);
  if (!analyses) return fail(analyses.error());
  std::vector<std::string> lines = {judgement.sentence};
  for (const Caveat& caveat : judgement.caveats) lines.push_back("Caveat: " + caveat.message);
  return command.format.write([&] { return document_of(*analyses, lines); },
                              [&] { return stored_json(*record, judgement, *analyses); });
}

Result<int> analyze(const AnalyzeOptions& command) {
  if (auto format = command.format.check(); !format) return fail(format.error());
  const auto options = analysis_options(command);
  if (!options) return fail(options.error());
  if (auto target = command.format.check_target({{"the source", command.source}}); !target)
    return fail(target.error());
  return is_store(command.source) ? analyze_store(command, *options)
                                  : analyze_csv(command, *options);
}

}  // namespace

Action declare_analyze(Arguments& arguments) {
  const auto command = std::make_shared<AnalyzeOptions>();
  declare(arguments, *command);
  return [command] { return analyze(*command); };
}

}  // namespace joulemark::cli
