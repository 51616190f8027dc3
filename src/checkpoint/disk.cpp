// SPDX-License-Identifier: Apache-2.0
#include "checkpoint/disk.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>

namespace joulemark::checkpoint {

namespace fs = std::filesystem;

tl::unexpected<Error> unwritable(const fs::path& path, int error) {
  const bool full = error == ENOSPC || error == EDQUOT;
  return fail(
      full ? ErrorKind::kMachine : ErrorKind::kFailed,
      fmt::format("cannot write '{}': {}{}", path.string(), errno_text(error),
                  full ? "; free some space, or point XDG_CACHE_HOME to a larger disk" : ""));
}

int write_at(int fd, std::span<const std::byte> bytes, std::uint64_t offset) {
  while (!bytes.empty()) {
    const ssize_t n = pwrite(fd, bytes.data(), bytes.size(), static_cast<off_t>(offset));
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return errno;
    bytes = bytes.subspan(static_cast<std::size_t>(n));
    offset += static_cast<std::uint64_t>(n);
  }
  return 0;
}

Status check_space(const fs::path& folder, std::uint64_t bytes) {
  std::error_code error;
  const fs::space_info space = fs::space(folder, error);
  if (error || space.available >= bytes) return {};
  return fail(ErrorKind::kMachine,
              fmt::format("'{}' has {} MB left, the weights need {} MB; free some space, or point "
                          "XDG_CACHE_HOME to a larger disk",
                          folder.string(), space.available / 1'000'000, bytes / 1'000'000));
}

Result<Descriptor> lock_folder(const fs::path& folder) {
  std::error_code error;
  fs::create_directories(folder, error);
  const fs::path file = folder / ".lock";
  Descriptor descriptor(open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644));
  if (descriptor.get() < 0 || flock(descriptor.get(), LOCK_EX) != 0)
    return fail(ErrorKind::kMachine,
                fmt::format("cannot write to the cache '{}': {}; set XDG_CACHE_HOME to a folder of "
                            "yours",
                            folder.string(), errno_text(errno)));
  return descriptor;
}

}  // namespace joulemark::checkpoint
