// SPDX-License-Identifier: Apache-2.0
// flock, tried again every tenth of a second so that Ctrl-C is heard.
#include "hub/file_lock.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>

#include <cerrno>
#include <system_error>

namespace joulemark::hub {
namespace {

constexpr double kPauseSeconds = 0.1;
/// Others of the group who share the cache must be able to lock it too.
constexpr mode_t kMode = 0664;

/// Whether the locked file still has a name; a lock on a removed one keeps nobody out.
bool has_name(int fd) {
  struct stat info {};
  return fstat(fd, &info) == 0 && info.st_nlink > 0;
}

}  // namespace

Result<Descriptor> lock_file(const std::filesystem::path& path, const LockWait& wait) {
  std::error_code failed;
  std::filesystem::create_directories(path.parent_path(), failed);
  for (bool told = false;;) {
    Descriptor file(open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, kMode));
    if (file.get() < 0)
      return fail(ErrorKind::kMachine,
                  fmt::format("cannot write '{}': {}; set HF_HOME to a folder that you may write",
                              path.string(), errno_text(errno)));
    (void)fchmod(file.get(), kMode);  // whatever the umask says
    if (flock(file.get(), LOCK_EX | LOCK_NB) == 0) {
      if (has_name(file.get())) return file;
      continue;
    }
    if (errno == ENOSYS || errno == ENOLCK || errno == EOPNOTSUPP) return file;
    if (wait.interrupted != nullptr && wait.interrupted->load())
      return fail(ErrorKind::kInterrupted, "interrupted while another download was waited for");
    if (!told && wait.on_wait) wait.on_wait();
    told = true;
    wait.clock.sleep_until(wait.clock.now() + to_nanoseconds(kPauseSeconds));
  }
}

}  // namespace joulemark::hub
