// SPDX-License-Identifier: Apache-2.0
// The files: benchmark.json, or benchmark_report.json with benchmark_config.json beside it.
#include "exchange/optimum_benchmark.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "base/file.h"
#include "exchange/json_text.h"

namespace joulemark::exchange {
namespace {

namespace fs = std::filesystem;

constexpr const char* kBoth = "benchmark.json";
constexpr const char* kReport = "benchmark_report.json";
constexpr const char* kConfig = "benchmark_config.json";
/// A folder of results has a few; this is a loop or a home.
constexpr std::size_t kMostFiles = 100'000;

bool is_report(const fs::path& file) {
  std::error_code error;
  const bool alone = file.filename() == kReport && !fs::exists(file.parent_path() / kBoth, error);
  return alone || file.filename() == kBoth;
}

Paths reports_in(const fs::path& path) {
  std::error_code error;
  if (!fs::is_directory(path, error)) return {path};
  Paths found;
  std::size_t seen = 0;
  for (fs::recursive_directory_iterator it(path, error), end; !error && it != end;
       it.increment(error)) {
    if (++seen > kMostFiles) break;
    if (is_report(it->path())) found.push_back(it->path());
  }
  std::sort(found.begin(), found.end());
  return found;
}

bool is_json(const fs::path& path) {
  return path.extension() == ".json";
}

Status read_one(const fs::path& file, std::map<std::string, int>& repetitions,
                TrialCollector& collector) {
  const Place place{file.string(), 0};
  const auto text = read_file(file, kLargestJson);
  if (!text) return fail(text.error());
  const bool apart = file.filename() == kReport;
  const auto config =
      apart ? read_file(file.parent_path() / kConfig, kLargestJson) : Result<std::string>();
  if (!config) return fail(config.error());
  auto draft = apart ? optimum_benchmark_trial(*config, *text) : optimum_benchmark_trial(*text);
  if (!draft) return refuse(place, draft.error());
  // What was run again is a repetition: the configuration in a file is complete.
  int& times =
      repetitions[draft->trial.model + '\n' + configuration_label(draft->trial.configuration)];
  draft->block = std::to_string(times++);
  return collector.add(std::move(*draft), place);
}

}  // namespace

bool is_optimum_benchmark(const Paths& paths) {
  return std::all_of(paths.begin(), paths.end(), [](const fs::path& path) {
    const Paths reports = reports_in(path);
    return !reports.empty() && std::all_of(reports.begin(), reports.end(), is_json);
  });
}

Result<std::vector<ImportSource>> optimum_benchmark_sources(const Paths& paths,
                                                            const CsvMap& /*map*/) {
  Paths files;
  std::string origin;
  for (const auto& path : paths) {
    const Paths found = reports_in(path);
    if (found.empty())
      return fail(ErrorKind::kUsage,
                  fmt::format("cannot import '{}': the folder holds no {} and no {}", path.string(),
                              kBoth, kReport));
    files.insert(files.end(), found.begin(), found.end());
    origin += fmt::format("{}'{}'", origin.empty() ? "" : ", ", path.string());
  }
  const auto read = [files](TrialCollector& collector) -> Status {
    std::map<std::string, int> repetitions;
    for (const auto& file : files)
      if (auto done = read_one(file, repetitions, collector); !done) return done;
    return {};
  };
  const fs::path& first = paths.front();
  return std::vector<ImportSource>{
      {.name = is_json(first) ? first.stem().string() : fs::absolute(first).filename().string(),
       .origin = origin + " (optimum-benchmark)",
       .read = read}};
}

}  // namespace joulemark::exchange
