// SPDX-License-Identifier: Apache-2.0
// Files that an output may not replace.
#include "cli/output_target.h"

#include <fmt/format.h>

#include <array>
#include <fstream>
#include <system_error>

#include "base/file.h"
#include "config/experiment_file.h"

namespace joulemark::cli {
namespace {

namespace fs = std::filesystem;

/// What SQLite keeps beside a database, and the database itself.
constexpr std::array kDatabaseSuffixes = {"", "-wal", "-shm", "-journal"};

/// The path without links, also where a link names what does not exist yet.
fs::path resolved(fs::path path) {
  constexpr int kMostLinks = 40;
  std::error_code error;
  for (int i = 0; i < kMostLinks && fs::is_symlink(path, error); ++i)
    path = path.parent_path() / fs::read_symlink(path, error);
  return fs::weakly_canonical(fs::absolute(path, error), error);
}

/// One file, also by another name or a link; neither has to exist.
bool is_same(const fs::path& a, const fs::path& b) {
  std::error_code error;
  if (fs::equivalent(a, b, error)) return true;
  const fs::path left = resolved(a);
  const fs::path right = resolved(b);
  return !left.empty() && left == right;
}

bool is_database(const fs::path& file) {
  constexpr std::string_view kMagic("SQLite format 3\0", 16);
  std::error_code error;
  if (!fs::is_regular_file(file, error)) return false;
  std::array<char, kMagic.size()> head{};
  std::ifstream(file, std::ios::binary).read(head.data(), head.size());
  return std::string_view(head.data(), head.size()) == kMagic;
}

/// The database that `target` is or belongs to, or "".
fs::path database_of(const fs::path& target) {
  const std::string name = target.string();
  for (const std::string_view suffix : kDatabaseSuffixes)
    if (name.ends_with(suffix))
      if (fs::path file = name.substr(0, name.size() - suffix.size()); is_database(file))
        return file;
  return {};
}

std::string reason_against(const fs::path& target, const std::vector<KeptFile>& kept) {
  for (const auto& file : kept)
    for (const char* suffix : kDatabaseSuffixes)
      if (is_same(target, file.path.string() + suffix)) return "it is " + file.what;
  const fs::path database = database_of(target);
  if (database.empty()) return "";
  return database == target ? "it is an SQLite database"
                            : fmt::format("it belongs to the database '{}'", database.string());
}

}  // namespace

std::vector<KeptFile> kept_files(const Experiment& experiment) {
  std::vector<KeptFile> kept;
  for (const auto& model : experiment.models) {
    if (!config::is_null_model(model.source)) kept.push_back({"the model", model.source});
    if (model.inputs != ModelSpec{}.inputs) kept.push_back({"the inputs", model.inputs});
  }
  return kept;
}

Status check_output(const std::string& flag, const fs::path& target,
                    const std::vector<KeptFile>& kept) {
  if (const auto reason = reason_against(target, kept); !reason.empty())
    return fail(ErrorKind::kUsage, fmt::format("cannot write '{}': {}; name another file with {}",
                                               target.string(), reason, flag));
  if (const auto writable = check_writable(target); !writable)
    return fail(ErrorKind::kUsage,
                fmt::format("{}; name another file with {}", writable.error().message, flag));
  return {};
}

}  // namespace joulemark::cli
