// SPDX-License-Identifier: Apache-2.0
// A folder is its owner's while the owner holds the lock on a file in it.
#include "run/temporary_folder.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

namespace joulemark::run {
namespace {

namespace fs = std::filesystem;

constexpr const char* kPrefix = "joulemark-";
constexpr const char* kLockName = "owner.lock";
constexpr std::size_t kNameLength = 16;  // of "joulemark-XXXXXX"
constexpr int kLockAttempts = 100;
constexpr std::uintmax_t kLeastBytes = 4096;

fs::path parent_folder() {
  std::error_code error;
  const fs::path parent = fs::temp_directory_path(error);
  return error ? fs::path("/tmp") : parent;
}

/// A folder of that name that belongs to this user, and no link to one.
bool may_be_ours(const fs::path& path) {
  const std::string name = path.filename().string();
  struct stat status {};
  return name.size() == kNameLength && name.starts_with(kPrefix) &&
         ::lstat(path.c_str(), &status) == 0 && S_ISDIR(status.st_mode) &&
         status.st_uid == ::geteuid();
}

/// The lock, or nothing while another process holds it or where there is none to hold.
Descriptor take_lock(const fs::path& folder, int flags) {
  Descriptor lock(::open((folder / kLockName).c_str(), O_RDWR | O_CLOEXEC | O_NOFOLLOW | flags,
                         S_IRUSR | S_IWUSR));
  if (lock.get() >= 0 && ::flock(lock.get(), LOCK_EX | LOCK_NB) != 0) lock.reset();
  return lock;
}

void remove_stale_folders(const fs::path& parent) {
  std::error_code error;
  for (fs::directory_iterator entry(parent, error), end; !error && entry != end;
       entry.increment(error)) {
    if (!may_be_ours(entry->path())) continue;
    const Descriptor lock = take_lock(entry->path(), 0);
    std::error_code ignored;
    if (lock.get() >= 0) fs::remove_all(entry->path(), ignored);
  }
}

tl::unexpected<Error> no_folder(const std::string& name, int error) {
  return fail(ErrorKind::kMachine,
              fmt::format("cannot make a temporary folder '{}': {}; set TMPDIR to a folder that is "
                          "writable and has space",
                          name, errno_text(error)));
}

}  // namespace

TemporaryFolder::TemporaryFolder(fs::path path, Descriptor lock)
    : path_(std::move(path)), lock_(std::move(lock)) {}

TemporaryFolder::TemporaryFolder(TemporaryFolder&& other) noexcept
    : path_(std::exchange(other.path_, {})), lock_(std::move(other.lock_)) {}

TemporaryFolder::~TemporaryFolder() {
  std::error_code ignored;
  if (!path_.empty()) fs::remove_all(path_, ignored);
}

Result<TemporaryFolder> TemporaryFolder::create() {
  const fs::path parent = parent_folder();
  remove_stale_folders(parent);
  std::string name = (parent / (std::string(kPrefix) + "XXXXXX")).string();
  if (::mkdtemp(name.data()) == nullptr) return no_folder(name, errno);
  Descriptor lock;
  int error = 0;
  // Another process that looks for stale folders may hold it for a moment.
  for (int attempt = 0; lock.get() < 0 && attempt < kLockAttempts; ++attempt) {
    lock = take_lock(name, O_CREAT);
    error = errno;
  }
  TemporaryFolder folder(name, std::move(lock));
  if (folder.lock_.get() < 0) return no_folder(name, error);
  if (auto space = check_space(name); !space) return fail(space.error());
  return folder;
}

Status check_space(const fs::path& folder) {
  std::error_code error;
  const fs::space_info space = fs::space(folder, error);
  if (error || space.available >= kLeastBytes) return {};
  return fail(ErrorKind::kMachine,
              fmt::format("cannot write to the temporary folder '{}': its disk is full; free some "
                          "space, or set TMPDIR to a folder on another disk",
                          folder.string()));
}

}  // namespace joulemark::run
