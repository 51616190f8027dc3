// SPDX-License-Identifier: Apache-2.0
// Finds test cases in a tree of folders.
#include <fmt/format.h>

#include <algorithm>
#include <system_error>

#include "base/tell_apart.h"
#include "run/check.h"

namespace joulemark::run {
namespace {

namespace fs = std::filesystem;

/// Deeper trees than any collection of models has.
constexpr int kMaxDepth = 32;
constexpr const char* kModel = "model.onnx";

/// The folders directly in `directory`, sorted; links to folders are not among them, so there is no
/// cycle.
Result<std::vector<fs::path>> folders_in(const fs::path& directory) {
  std::error_code error;
  std::vector<fs::path> folders;
  for (fs::directory_iterator it(directory, error), end; !error && it != end; it.increment(error)) {
    std::error_code unreadable;
    const auto status = it->symlink_status(unreadable);
    if (!unreadable && fs::is_directory(status)) folders.push_back(it->path());
  }
  if (error)
    return fail(ErrorKind::kFailed,
                fmt::format("cannot read folder '{}': {}; give a folder that holds test cases",
                            directory.string(), error.message()));
  std::sort(folders.begin(), folders.end());
  return folders;
}

bool is_data_set(const fs::path& folder) {
  return folder.filename().string().starts_with("test_data_set_");
}

bool has_model(const fs::path& directory) {
  std::error_code error;
  return fs::exists(directory / kModel, error);
}

/// Adds `directory` when it has any part of a case, and the cases below it.
Status collect(const fs::path& directory, int depth, std::vector<fs::path>& cases) {
  const auto folders = folders_in(directory);
  if (!folders) return fail(folders.error());
  if (has_model(directory) || std::any_of(folders->begin(), folders->end(), is_data_set))
    cases.push_back(directory);
  if (depth == kMaxDepth) return {};
  for (const auto& folder : *folders)
    if (!is_data_set(folder))
      if (auto found = collect(folder, depth + 1, cases); !found) return found;
  return {};
}

/// Without dots and a slash at the end.
fs::path tidy(const fs::path& directory) {
  std::error_code error;
  const fs::path absolute = fs::absolute(directory, error);
  return ((error ? directory : absolute) / ".").lexically_normal().parent_path();
}

}  // namespace

std::vector<std::string> case_names(const std::vector<fs::path>& dirs) {
  std::vector<ShortName> names;
  for (const fs::path& dir : dirs) {
    const fs::path path = tidy(dir);
    names.push_back({.name = path.filename().string(),
                     .folders = folder_names(path.parent_path()),
                     .thing = std::to_string(names.size())});
  }
  return tell_apart(std::move(names));
}

std::string missing_part(const fs::path& directory) {
  const auto folders = folders_in(directory);
  if (!folders) return {};
  if (!has_model(directory)) return fmt::format("it has no {}", kModel);
  if (std::none_of(folders->begin(), folders->end(), is_data_set))
    return "it has no folder test_data_set_*";
  return {};
}

Result<std::vector<fs::path>> find_cases(const fs::path& directory) {
  std::error_code error;
  if (!fs::is_directory(directory, error))
    return fail(ErrorKind::kUsage,
                fmt::format("cannot read folder '{}': {}; give a folder that holds test cases",
                            directory.string(),
                            fs::exists(directory, error) ? "it is no folder" : "no such folder"));
  std::vector<fs::path> cases;
  if (auto found = collect(directory, 0, cases); !found) return fail(found.error());
  if (cases.empty())
    return fail(ErrorKind::kUsage,
                fmt::format("no test case at or below '{}': a case is a folder with model.onnx and "
                            "test_data_set_*/; give a folder that holds some",
                            directory.string()));
  return cases;
}

}  // namespace joulemark::run
