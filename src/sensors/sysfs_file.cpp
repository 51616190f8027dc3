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

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view kBlank = " \t\r\n";
  const auto first = text.find_first_not_of(kBlank);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kBlank) - first + 1);
}

tl::expected<std::string, int> read_small(const std::filesystem::path& path) {
  const auto file = SysfsFile::open(path);
  if (!file) return tl::unexpected<int>(file.error());
  char buffer[4096];
  const auto text = file->read(buffer, sizeof buffer);
  if (!text) return tl::unexpected<int>(text.error());
  return std::string(trimmed(*text));
}

std::optional<std::string_view> line_value(std::string_view text, std::string_view key) {
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    const std::string_view line = text.substr(at, end - at);
    if (line.starts_with(key)) return trimmed(line.substr(key.size()));
    at = end + 1;
  }
  return std::nullopt;
}

}  // namespace joulemark::sensors
