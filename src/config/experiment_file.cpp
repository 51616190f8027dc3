// SPDX-License-Identifier: Apache-2.0
// Reading an experiment file: positions for every complaint, paths from the file's own folder.
#include "config/experiment_file.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "base/file.h"
#include "config/reader.h"

namespace joulemark::config {
namespace {

namespace fs = std::filesystem;

constexpr std::uintmax_t kMaxFileBytes = 4 << 20;
constexpr std::string_view kNullScheme = "null:";

/// The position of `path`, or of the nearest table around it that the document has.
Position position_of(const Reading& reading, std::string path) {
  for (;;) {
    const auto found = reading.positions.find(path);
    if (found != reading.positions.end()) return found->second;
    const auto cut = path.find_last_of(".[");
    if (cut == std::string::npos) return {};
    path.resize(cut);
  }
}

tl::unexpected<Error> failure(std::vector<Complaint> complaints, const std::string& file_name) {
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
  return fail(ErrorKind::kUsage, fmt::format("{}", fmt::join(lines, "\n")));
}

void fill_names(Reading& reading, const std::string& file_name) {
  Experiment& experiment = reading.experiment;
  if (!reading.positions.contains("name")) experiment.name = fs::path(file_name).stem().string();
  for (std::size_t i = 0; i < experiment.models.size(); ++i)
    if (!reading.positions.contains(fmt::format("model[{}].name", i)))
      experiment.models[i].name = default_model_name(experiment.models[i].source);
}

/// Reads, resolves paths from `folder` unless it is empty, and validates.
Result<Experiment> read_experiment(std::string_view toml, const std::string& file_name,
                                   const fs::path& folder) {
  Reading reading = read_document(toml);
  if (reading.complaints.empty()) {
    if (!folder.empty()) resolve_paths(reading.experiment, folder);
    fill_names(reading, file_name);
    for (const auto& issue : find_issues(reading.experiment))
      reading.complaints.push_back({.position = position_of(reading, issue.path),
                                    .text = fmt::format("'{}' {}", issue.path, issue.message)});
  }
  if (!reading.complaints.empty()) return failure(std::move(reading.complaints), file_name);
  return std::move(reading.experiment);
}

void make_absolute(std::string& path, const fs::path& folder) {
  if (!path.empty()) path = (folder / path).lexically_normal().string();
}

}  // namespace

Result<Experiment> parse_experiment(std::string_view toml, const std::string& file_name) {
  return read_experiment(toml, file_name, {});
}

Result<Experiment> load_experiment(const fs::path& path) {
  const auto text = read_file(path, kMaxFileBytes);
  if (!text) return fail(ErrorKind::kUsage, text.error().message);
  std::error_code error;
  const fs::path absolute = fs::absolute(path, error);
  if (error)
    return fail(ErrorKind::kFailed,
                fmt::format("cannot read '{}': {}", path.string(), error.message()));
  return read_experiment(*text, path.string(), absolute.parent_path());
}

bool is_null_model(std::string_view source) {
  return source.starts_with(kNullScheme);
}

std::string default_model_name(const std::string& source) {
  if (is_null_model(source)) return source.substr(kNullScheme.size());
  const fs::path path(source);
  const fs::path folder = path.parent_path().filename();
  const bool generic =
      path.filename() == "model.onnx" && !folder.empty() && folder != "." && folder != "..";
  return generic ? folder.string() : path.stem().string();
}

void resolve_paths(Experiment& experiment, const fs::path& folder) {
  for (auto& model : experiment.models) {
    if (!is_null_model(model.source)) make_absolute(model.source, folder);
    if (model.inputs != ModelSpec{}.inputs) make_absolute(model.inputs, folder);
  }
  for (auto& [engine, root] : experiment.engine_roots) make_absolute(root, folder);
}

}  // namespace joulemark::config
