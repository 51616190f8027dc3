// SPDX-License-Identifier: Apache-2.0
// pread on a kept descriptor costs a tenth of open, read, close.
#include "sensors/sysfs_file.h"

#include <unistd.h>

#include <cerrno>
#include <utility>

#include "host/kernel_file.h"

namespace joulemark::sensors {

tl::expected<SysfsFile, int> SysfsFile::open(const std::filesystem::path& path) {
  Descriptor file(::open(path.c_str(), host::kOpenToLook));
  if (file.get() < 0) return tl::unexpected<int>(errno);
  return SysfsFile(std::move(file));
}

tl::expected<std::string_view, int> SysfsFile::read(char* buffer, std::size_t size) const {
  for (;;) {
    const ssize_t n = pread(file_.get(), buffer, size, 0);
    if (n >= 0) return std::string_view(buffer, static_cast<std::size_t>(n));
    if (errno != EINTR) return tl::unexpected<int>(errno);
  }
}

}  // namespace joulemark::sensors
