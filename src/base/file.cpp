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
  return fail(ErrorKind::kFailed,
              fmt::format("cannot {} '{}': {}", verb, path.string(), errno_text(errno)));
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

}  // namespace

Result<std::string> read_file(const std::filesystem::path& path, std::uintmax_t max_bytes) {
  const Descriptor file(open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (file.get() < 0) return file_error("read", path);
  std::string text;
  char buffer[65536];
  for (;;) {
    const ssize_t n = read(file.get(), buffer, sizeof buffer);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return file_error("read", path);
    if (n == 0) return text;
    text.append(buffer, static_cast<std::size_t>(n));
    if (text.size() > max_bytes)
      return fail(ErrorKind::kFailed,
                  fmt::format("cannot read '{}': larger than {} bytes", path.string(), max_bytes));
  }
}

Status write_file(const std::filesystem::path& path, std::string_view text) {
  const std::string temporary = fmt::format("{}.tmp-{}", path.string(), getpid());
  const Descriptor file(open(temporary.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644));
  if (file.get() < 0) return file_error("write", path);
  Status written = write_all(file.get(), text, path);
  if (written && std::rename(temporary.c_str(), path.c_str()) != 0)
    written = file_error("write", path);
  if (!written) unlink(temporary.c_str());
  return written;
}

}  // namespace joulemark
