// SPDX-License-Identifier: Apache-2.0
// Each is a map of columns, and what has to be known of the study besides.
#include "exchange/study_layouts.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cctype>

#include "table/csv_reader.h"

namespace joulemark::exchange {
namespace {

namespace fs = std::filesystem;

constexpr const char* kRepetitions = "per_repetition_complete.csv";
constexpr const char* kMedians[] = {"medians_energy.csv", "medians_duration.csv"};
constexpr const char* kRepetition = "repetition";

bool starts_with(const std::vector<std::string>& head, std::vector<std::string> first) {
  return head.size() >= first.size() && std::equal(first.begin(), first.end(), head.begin());
}

bool is_gaissa_file(const fs::path& file) {
  const auto head = csv_head(file);
  return starts_with(head, {"ep", "engine", "model", "metric", "value"}) ||
         starts_with(head, {"ep", "engine", "model", kRepetition, "metric", "value"});
}

bool has_repetitions(const fs::path& file) {
  return csv_head(file).at(3) == kRepetition;
}

bool is_runtimes_file(const fs::path& file) {
  return starts_with(csv_head(file), {"model", "engine", "ep", "batch", "metric", "value"});
}

void lower(std::string& text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
}

/// What the files call by other names or leave to the paper. TorchScript read prompts once instead
/// of generating, so its joules are of other work; OpenVINO's weights had 8 bits beyond a billion
/// parameters and perhaps below, which no file says.
std::optional<std::string> adjust_gaissa(TrialDraft& draft) {
  TrialRecord& trial = draft.trial;
  Configuration& configuration = trial.configuration;
  if (configuration.engine == "idle") return "measurements of the idle machine";
  lower(configuration.provider);
  if (configuration.engine == "onnx") configuration.engine = "onnxruntime";
  configuration.precision = "f32";
  if (configuration.engine == "ov") {
    configuration.engine = "openvino";
    configuration.precision.clear();
  }
  if (configuration.engine == "torchscript") {
    trial.status = TrialStatus::kDifferent;
    trial.reason = "it ran one forward pass of each prompt and generated nothing";
  }
  return std::nullopt;
}

CsvMap gaissa_map() {
  CsvMap map{.fields = {{"provider", "ep"}, {"engine", "engine"}, {"model", "model"}},
             .constants = {{"iterations", "164"}},
             .conditions = {},
             .metric_column = "metric",
             .value_column = "value",
             .lacking = CsvMap::Lacking::kNothing};
  return map;
}

/// The execution providers of a file, in their order.
std::vector<std::string> providers_of(const fs::path& file) {
  std::vector<std::string> found;
  (void)table::read_csv(
      file, {.head = [](const auto&) { return Status(); },
             .row =
                 [&](const table::CsvRow& row) {
                   if (std::find(found.begin(), found.end(), row.cells[0]) == found.end())
                     found.emplace_back(row.cells[0]);
                   return Status();
                 }});
  return found;
}

/// CPU and GPU were measured in campaigns of their own: a repetition of one has no partner in the
/// other, and there are no joules for all.
ImportSource repetitions_source(const fs::path& file, const std::string& provider) {
  CsvMap map = gaissa_map();
  map.conditions = {{"ep", provider}};
  map.left_out = "values of other execution providers";
  map.fields.insert(map.fields.end(), {{"block", kRepetition},
                                       {"cpu_energy_J", "CPU_energy"},
                                       {"gpu_energy_J", "GPU_energy"},
                                       {"energy_J", "global_energy"},
                                       {"duration_s", "inference_duration"}});
  return {.name = fmt::format("{} {}", file.stem().string(), provider),
          .origin = fmt::format("'{}' ({})", file.string(), provider),
          .read = [=](TrialCollector& collector) {
            return read_csv_trials({file}, map, adjust_gaissa, collector);
          }};
}

ImportSource medians_source(const Paths& files) {
  CsvMap map = gaissa_map();
  map.fields.insert(map.fields.end(), {{"cpu_energy_J", "cpu_energy_median"},
                                       {"gpu_energy_J", "gpu_energy_median"},
                                       {"energy_J", "global_energy_median"},
                                       {"duration_s", "inference_duration_median"}});
  std::vector<std::string> names;
  for (const auto& file : files) names.push_back(fmt::format("'{}'", file.string()));
  return {.name = "medians",
          .origin = fmt::format("{} (medians of 10 repetitions)", fmt::join(names, " and ")),
          .read = [=](TrialCollector& collector) {
            return read_csv_trials(files, map, adjust_gaissa, collector);
          }};
}

/// The files of a folder that this layout reads, in its order.
Paths files_of(const fs::path& path) {
  std::error_code error;
  if (!fs::is_directory(path, error)) return {path};
  Paths files;
  for (const char* name : {kRepetitions, kMedians[0], kMedians[1]})
    if (is_gaissa_file(path / name)) files.push_back(path / name);
  return files;
}

/// The file itself, or those of a folder that this layout reads, by name.
Paths runtimes_files(const fs::path& path) {
  std::error_code error;
  if (!fs::is_directory(path, error)) return {path};
  Paths files;
  for (fs::directory_iterator it(path, error), end; !error && it != end; it.increment(error))
    if (it->path().extension() == ".csv" && is_runtimes_file(it->path()))
      files.push_back(it->path());
  std::sort(files.begin(), files.end());
  return files;
}

}  // namespace

std::vector<std::string> csv_head(const fs::path& file) {
  std::vector<std::string> head;
  const Status stopped = table::read_csv(
      file, {.head =
                 [&](const std::vector<std::string>& names) {
                   head = names;
                   return Status(fail(ErrorKind::kInterrupted, "the head is enough"));
                 },
             .row = [](const table::CsvRow&) { return Status(); }});
  return stopped || stopped.error().kind == ErrorKind::kInterrupted ? head
                                                                    : std::vector<std::string>();
}

bool is_gaissa(const Paths& paths) {
  return std::all_of(paths.begin(), paths.end(), [](const fs::path& path) {
    const Paths files = files_of(path);
    return !files.empty() && std::all_of(files.begin(), files.end(), is_gaissa_file);
  });
}

Result<std::vector<ImportSource>> gaissa_sources(const Paths& paths, const CsvMap& /*map*/) {
  std::vector<ImportSource> sources;
  Paths medians;
  for (const auto& path : paths)
    for (const auto& file : files_of(path)) {
      if (!is_gaissa_file(file))
        return fail(ErrorKind::kUsage,
                    fmt::format("cannot import '{}' as gaissa: its columns are not ep, engine, "
                                "model, metric, value; name one of the study's files",
                                file.string()));
      if (!has_repetitions(file)) {
        medians.push_back(file);
        continue;
      }
      for (const std::string& provider : providers_of(file))
        sources.push_back(repetitions_source(file, provider));
    }
  if (!medians.empty()) sources.push_back(medians_source(medians));
  return sources;
}

bool is_runtimes(const Paths& paths) {
  return std::all_of(paths.begin(), paths.end(), [](const fs::path& path) {
    const Paths files = runtimes_files(path);
    return !files.empty() && std::all_of(files.begin(), files.end(), is_runtimes_file);
  });
}

Result<std::vector<ImportSource>> runtimes_sources(const Paths& paths, const CsvMap& /*map*/) {
  const CsvMap map{.fields = {{"model", "model"},
                              {"engine", "engine"},
                              {"provider", "ep"},
                              {"batch", "batch"},
                              {"gpu_energy_J", "gpu_energy"},
                              {"cpu_energy_J", "cpu_energy"},
                              {"energy_J", "total_energy"},
                              {"duration_s", "inference_time"}},
                   .constants = {},
                   .conditions = {},
                   .metric_column = "metric",
                   .value_column = "value"};
  std::vector<ImportSource> sources;
  for (const auto& path : paths)
    for (const auto& file : runtimes_files(path))
      sources.push_back({.name = file.stem().string(),
                         .origin = fmt::format("'{}'", file.string()),
                         .read = [=](TrialCollector& collector) {
                           return read_csv_trials({file}, map, nullptr, collector);
                         }});
  return sources;
}

}  // namespace joulemark::exchange
