// SPDX-License-Identifier: Apache-2.0
#include "store/place.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <string_view>

namespace joulemark::store {
namespace {

namespace fs = std::filesystem;

/// Whether this process may; errno says why not.
bool may(const fs::path& path, int what) {
  return faccessat(AT_FDCWD, path.c_str(), what, AT_EACCESS) == 0;
}

}  // namespace

Result<std::string> file_of(const std::string& address) {
  constexpr std::string_view kSqlite = "sqlite:";
  if (address.starts_with(kSqlite)) return address.substr(kSqlite.size());
  const auto scheme = address.find("://");
  if (scheme == std::string::npos && !address.empty()) return address;
  return fail(ErrorKind::kUsage,
              fmt::format("cannot open store '{}': {}; name a file", address,
                          address.empty() ? "the name is empty"
                                          : "this joulemark only keeps stores in files"));
}

std::optional<FileIdentity> identity_of(const std::string& path) {
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0) return std::nullopt;
  return FileIdentity{status.st_dev, status.st_ino};
}

Status check_place(const std::string& path, OpenMode mode) {
  const auto refuse = [&](ErrorKind kind, const std::string& why) {
    return fail(kind, fmt::format("cannot open store '{}': {}", path, why));
  };
  std::error_code error;
  const fs::file_status status = fs::status(path, error);
  if (status.type() == fs::file_type::directory)
    return refuse(ErrorKind::kUsage, "it is a folder; name a file");
  if (status.type() == fs::file_type::not_found) {
    if (mode == OpenMode::kReadOnly)
      return refuse(ErrorKind::kFailed, "no such file; name the store of a finished run");
    const fs::path folder = fs::absolute(path).parent_path();
    if (!fs::is_directory(folder, error))
      return refuse(ErrorKind::kMachine,
                    fmt::format("no folder '{}'; make it first", folder.string()));
    if (!may(folder, W_OK | X_OK))
      return refuse(ErrorKind::kMachine,
                    fmt::format("cannot write to folder '{}': {}; use another store",
                                folder.string(), errno_text(errno)));
    return {};
  }
  // SQLite would take it for a new database and remove the log, which may hold every trial.
  const auto size_of = [&](const std::string& file) {
    const auto size = fs::file_size(file, error);
    return error ? 0 : size;
  };
  if (status.type() == fs::file_type::regular && size_of(path) == 0 && size_of(path + "-wal") > 0)
    return refuse(ErrorKind::kFailed,
                  fmt::format("it is damaged (it is empty, and its write-ahead log '{}-wal' is "
                              "not); restore both from a copy",
                              path));
  if (!may(path, mode == OpenMode::kReadOnly ? R_OK : R_OK | W_OK))
    return refuse(ErrorKind::kMachine, fmt::format("{}; use another store", errno_text(errno)));
  return {};
}

/// A reader of a WAL database needs two files beside it, and only one that may write takes them
/// away again. Where it cannot make them and a clean end has left none, nothing is lost by reading
/// the database alone.
Access access_for(const std::string& path, OpenMode mode) {
  if (mode == OpenMode::kReadWrite) return Access::kReadWriteCreate;
  if (may(fs::absolute(path).parent_path(), W_OK | X_OK))
    return may(path, W_OK) ? Access::kReadTidily : Access::kReadOnly;
  std::error_code error;
  return fs::exists(path + "-wal", error) ? Access::kReadOnly : Access::kReadOnlyMedium;
}

}  // namespace joulemark::store
