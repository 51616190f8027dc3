// SPDX-License-Identifier: Apache-2.0
// Plain POSIX files: errno survives, which iostreams do not promise.
#include "base/file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>

#include "base/descriptor.h"

namespace joulemark {
namespace {

tl::unexpected<Error> file_error(const char* verb, const std::filesystem::path& path) {
  const bool is_full = errno == ENOSPC || errno == EDQUOT;
  return fail(is_full ? ErrorKind::kMachine : ErrorKind::kFailed,
              fmt::format("cannot {} '{}': {}{}", verb, path.string(), errno_text(errno),
                          is_full ? "; free some space, or name a file on another disk" : ""));
}

Status write_all(int fd, std::string_view text, const std::filesystem::path& path) {
  while (!text.empty()) {
    const ssize_t n = write(fd, text.data(), text.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return file_error("write", path);
    text.remove_prefix(static_cast<std::size_t>(n));
  }
  if (fsync(fd) != 0 && errno != EINVAL && errno != EROFS) return file_error("write", path);
  return {};
}

/// Opens without waiting for the writer of a pipe, which may never come; reading waits as usual.
Descriptor open_to_read(const std::filesystem::path& path) {
  Descriptor file(open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK));
  if (file.get() >= 0) fcntl(file.get(), F_SETFL, fcntl(file.get(), F_GETFL) & ~O_NONBLOCK);
  return file;
}

bool is_pipe(int fd) {
  struct stat info {};
  return fstat(fd, &info) == 0 && S_ISFIFO(info.st_mode);
}

/// Whether a new file may take the place of what `path` names: of a device, a pipe or a link it
/// would remove what others use.
bool may_be_replaced(const std::filesystem::path& path) {
  struct stat info {};
  return lstat(path.c_str(), &info) != 0 || S_ISREG(info.st_mode);
}

Status write_through(const std::filesystem::path& path, std::string_view text) {
  const Descriptor file(
      open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOCTTY, 0644));
  if (file.get() < 0) return file_error("write", path);
  return write_all(file.get(), text, path);
}

}  // namespace

Result<std::string> read_file(const std::filesystem::path& path, std::uintmax_t max_bytes) {
  const Descriptor file = open_to_read(path);
  if (file.get() < 0) return file_error("read", path);
  std::string text;
  char buffer[65536];
  for (;;) {
    const ssize_t n = read(file.get(), buffer, sizeof buffer);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return file_error("read", path);
    if (n == 0) break;
    text.append(buffer, static_cast<std::size_t>(n));
    if (text.size() > max_bytes)
      return fail(ErrorKind::kFailed,
                  fmt::format("cannot read '{}': larger than {} bytes", path.string(), max_bytes));
  }
  if (text.empty() && is_pipe(file.get()))
    return fail(ErrorKind::kFailed,
                fmt::format("cannot read '{}': a pipe that nothing is written to", path.string()));
  return text;
}

Status write_file(const std::filesystem::path& path, std::string_view text) {
  if (!may_be_replaced(path)) return write_through(path, text);
  const std::string temporary = fmt::format("{}.tmp-{}", path.string(), getpid());
  const Descriptor file(open(temporary.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644));
  if (file.get() < 0) return file_error("write", path);
  Status written = write_all(file.get(), text, path);
  if (written && std::rename(temporary.c_str(), path.c_str()) != 0)
    written = file_error("write", path);
  if (!written) unlink(temporary.c_str());
  return written;
}

Status check_writable(const std::filesystem::path& path) {
  struct stat info {};
  if (stat(path.c_str(), &info) == 0) {
    if (S_ISDIR(info.st_mode)) errno = EISDIR;
    if (S_ISDIR(info.st_mode) || access(path.c_str(), W_OK) != 0) return file_error("write", path);
    if (!may_be_replaced(path)) return {};
  } else if (errno != ENOENT) {
    return file_error("write", path);
  }
  const auto folder = path.has_parent_path() ? path.parent_path() : std::filesystem::path(".");
  if (access(folder.c_str(), W_OK | X_OK) != 0) return file_error("write", path);
  return {};
}

}  // namespace joulemark
