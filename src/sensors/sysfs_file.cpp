// SPDX-License-Identifier: Apache-2.0
// pread on a kept descriptor costs a tenth of open, read, close.
#include "sensors/sysfs_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

namespace joulemark::sensors {

tl::expected<SysfsFile, int> SysfsFile::open(const std::filesystem::path& path) {
  const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) return tl::unexpected<int>(errno);
  return SysfsFile(fd);
}

SysfsFile::SysfsFile(SysfsFile&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}

SysfsFile& SysfsFile::operator=(SysfsFile&& other) noexcept {
  std::swap(fd_, other.fd_);
  return *this;
}

SysfsFile::~SysfsFile() {
  if (fd_ >= 0) close(fd_);
}

tl::expected<std::string_view, int> SysfsFile::read(char* buffer, std::size_t size) const {
  for (;;) {
    const ssize_t n = pread(fd_, buffer, size, 0);
    if (n >= 0) return std::string_view(buffer, static_cast<std::size_t>(n));
    if (errno != EINTR) return tl::unexpected<int>(errno);
  }
}

}  // namespace joulemark::sensors
