// SPDX-License-Identifier: Apache-2.0
// Reading an experiment file: positions for every complaint, paths from the file's own folder.
#include "config/experiment_file.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "base/file.h"
#include "base/text_table.h"
#include "config/reader.h"

namespace joulemark::config {
namespace {

namespace fs = std::filesystem;

constexpr std::uintmax_t kMaxFileBytes = 4 << 20;
constexpr std::string_view kNullScheme = "null:";
constexpr std::string_view kHubScheme = "hub:";

using Positions = std::map<std::string, Position>;

/// The position of `path`, or of the nearest table around it that the document has.
Position position_of(const Positions& positions, std::string path) {
  for (;;) {
    const auto found = positions.find(path);
    if (found != positions.end()) return found->second;
    const auto cut = path.find_last_of(".[");
    if (cut == std::string::npos) return {};
    path.resize(cut);
  }
}

std::string text_of(std::vector<Complaint> complaints, const std::string& file_name) {
  std::stable_sort(complaints.begin(), complaints.end(),
                   [](const Complaint& a, const Complaint& b) {
                     return std::pair(a.position.line, a.position.column) <
                            std::pair(b.position.line, b.position.column);
                   });
  if (complaints.size() > kMaxReportedIssues) complaints.resize(kMaxReportedIssues);
  std::vector<std::string> lines;
  for (const auto& complaint : complaints)
    lines.push_back(fmt::format("{}:{}:{}: {}", file_name, complaint.position.line,
                                complaint.position.column, complaint.text));
  return fmt::format("{}", fmt::join(lines, "\n"));
}

/// Where a document comes from.
struct Source {
  std::string file_name;
  std::string stem;  ///< the experiment's name where it has none
  fs::path folder;   ///< of relative paths; "" leaves them as they are
};

/// "hub:owner/name@revision" → "name".
std::string hub_name(std::string_view source) {
  source.remove_prefix(kHubScheme.size());
  source = source.substr(0, source.find('@'));
  return std::string(source.substr(source.rfind('/') + 1));
}

/// The last part of a path, which may end in '/'. What looks like an ending belongs to it.
std::string folder_name(const fs::path& path) {
  return (path.has_filename() ? path : path.parent_path()).filename().string();
}

void fill_names(Reading& reading, const std::string& stem) {
  Experiment& experiment = reading.experiment;
  if (!reading.positions.contains("name")) experiment.name = stem;
  for (std::size_t i = 0; i < experiment.models.size(); ++i)
    if (!reading.positions.contains(fmt::format("model[{}].name", i)))
      experiment.models[i].name = default_model_name(experiment.models[i].source);
}

/// Reads, resolves paths and validates.
Result<LoadedExperiment> read_experiment(std::string_view toml, const Source& source) {
  Reading reading = read_document(toml);
  if (reading.complaints.empty()) {
    if (!source.folder.empty()) resolve_paths(reading.experiment, source.folder);
    fill_names(reading, source.stem);
    for (const auto& issue : find_issues(reading.experiment))
      reading.complaints.push_back({.position = position_of(reading.positions, issue.path),
                                    .text = fmt::format("'{}' {}", issue.path, issue.message)});
  }
  if (!reading.complaints.empty())
    return fail(ErrorKind::kUsage, text_of(std::move(reading.complaints), source.file_name));
  return LoadedExperiment{
      .experiment = std::move(reading.experiment),
      .places = {.file_name = source.file_name, .positions = std::move(reading.positions)}};
}

void make_absolute(std::string& path, const fs::path& folder) {
  if (!path.empty()) path = (folder / path).lexically_normal().string();
}

}  // namespace

std::string complaints_text(const Places& places, const std::vector<Issue>& issues) {
  std::vector<Complaint> complaints;
  for (const auto& issue : issues)
    complaints.push_back(
        {.position = position_of(places.positions, issue.path), .text = issue.message});
  return text_of(std::move(complaints), places.file_name);
}

Result<Experiment> parse_experiment(std::string_view toml, const std::string& file_name) {
  auto read = read_experiment(
      toml, {.file_name = file_name, .stem = fs::path(file_name).stem().string(), .folder = {}});
  if (!read) return fail(read.error());
  return std::move(read->experiment);
}

Result<LoadedExperiment> load_experiment(const fs::path& path) {
  const auto text = read_file(path, kMaxFileBytes);
  if (!text) return fail(ErrorKind::kUsage, text.error().message);
  std::error_code error;
  // The folder of a pipe, /dev/fd, is nobody's.
  const bool is_file = fs::is_regular_file(path, error);
  const fs::path folder =
      is_file ? fs::absolute(path, error).parent_path() : fs::current_path(error);
  if (error)
    return fail(ErrorKind::kFailed,
                fmt::format("cannot read '{}': {}", path.string(), error.message()));
  return read_experiment(*text, {.file_name = path.string(),
                                 .stem = is_file ? path.stem().string() : "experiment",
                                 .folder = folder});
}

bool is_null_model(std::string_view source) {
  return source.starts_with(kNullScheme);
}

bool is_hub_model(std::string_view source) {
  return source.starts_with(kHubScheme);
}

bool is_synthetic_model(std::string_view source) {
  return source.starts_with(kSyntheticScheme);
}

std::string default_model_name(const std::string& source) {
  if (is_null_model(source)) return printable(source.substr(kNullScheme.size()));
  if (is_hub_model(source)) return printable(hub_name(source));
  if (is_synthetic_model(source)) return printable(source.substr(kSyntheticScheme.size()));
  std::error_code error;
  const fs::path path(source);
  if (fs::is_directory(path, error)) return printable(folder_name(path));
  const fs::path folder = path.parent_path().filename();
  const bool generic =
      path.filename() == "model.onnx" && !folder.empty() && folder != "." && folder != "..";
  return printable(generic ? folder.string() : path.stem().string());
}

void resolve_paths(Experiment& experiment, const fs::path& folder) {
  for (auto& model : experiment.models) {
    if (!is_null_model(model.source) && !is_hub_model(model.source) &&
        !is_synthetic_model(model.source))
      make_absolute(model.source, folder);
    if (model.inputs != ModelSpec{}.inputs) make_absolute(model.inputs, folder);
  }
  if (experiment.workload != Experiment{}.workload) make_absolute(experiment.workload, folder);
  for (auto& [engine, root] : experiment.engine_roots) make_absolute(root, folder);
}

}  // namespace joulemark::config
