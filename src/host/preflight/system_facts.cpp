// SPDX-License-Identifier: Apache-2.0
// What the kernel tells by calls, not by files.
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/timex.h>
#include <unistd.h>

#include "host/preflight/checks.h"

namespace joulemark::host {
namespace {

std::optional<DiskState> disk_of(const std::filesystem::path& folder) {
  struct statvfs space {};
  struct stat status {};
  if (::statvfs(folder.c_str(), &space) != 0 || ::stat(folder.c_str(), &status) != 0)
    return std::nullopt;
  return DiskState{
      .device = status.st_dev,
      .free_bytes = static_cast<std::uintmax_t>(space.f_bavail) * space.f_frsize,
      .is_read_only = (space.f_flag & ST_RDONLY) != 0,
      .may_write = ::faccessat(AT_FDCWD, folder.c_str(), W_OK | X_OK, AT_EACCESS) == 0};
}

std::optional<bool> kernel_clock_is_synchronised() {
  timex time{};  // no mode: nothing is set
  const int state = ::adjtimex(&time);
  if (state < 0) return std::nullopt;
  return state != TIME_ERROR && (time.status & STA_UNSYNC) == 0;
}

}  // namespace

SystemFacts system_facts(const std::filesystem::path& root) {
  SystemFacts facts{.disk = disk_of, .clock_is_synchronised = kernel_clock_is_synchronised};
  if (root != "/") facts.clock_is_synchronised = [] { return std::optional<bool>(); };
  return facts;
}

}  // namespace joulemark::host
