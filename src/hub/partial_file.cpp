// SPDX-License-Identifier: Apache-2.0
// POSIX files, because ENOSPC must be told from the rest.
#include "hub/partial_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <system_error>

namespace joulemark::hub {
namespace {

tl::unexpected<Error> write_error(const std::filesystem::path& path) {
  const int reason = errno;
  const bool full = reason == ENOSPC || reason == EDQUOT;
  return fail(ErrorKind::kMachine,
              fmt::format("cannot write '{}': {}; {}", path.string(), errno_text(reason),
                          full ? "make room, and the same command goes on where it stopped"
                               : "set HF_HOME to a folder that you may write"));
}

}  // namespace

Result<PartialFile> PartialFile::open(std::filesystem::path path) {
  std::error_code none;
  std::filesystem::create_directories(path.parent_path(), none);
  Descriptor file(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0666));
  struct stat info {};
  if (file.get() < 0 || fstat(file.get(), &info) != 0) return write_error(path);
  return PartialFile(std::move(path), std::move(file), static_cast<std::uint64_t>(info.st_size));
}

Status PartialFile::append(std::string_view data) {
  while (!data.empty()) {
    const ssize_t n = pwrite(file_.get(), data.data(), data.size(), static_cast<off_t>(bytes_));
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return write_error(path_);
    bytes_ += static_cast<std::uint64_t>(n);
    data.remove_prefix(static_cast<std::size_t>(n));
  }
  return {};
}

Status PartialFile::clear() {
  if (ftruncate(file_.get(), 0) != 0) return write_error(path_);
  bytes_ = 0;
  return {};
}

Status PartialFile::move_to(const std::filesystem::path& path) {
  if (fsync(file_.get()) != 0 && errno != EINVAL && errno != EROFS) return write_error(path_);
  if (std::rename(path_.c_str(), path.c_str()) != 0) return write_error(path);
  return {};
}

void PartialFile::remove() {
  std::error_code none;
  std::filesystem::remove(path_, none);
}

}  // namespace joulemark::hub
