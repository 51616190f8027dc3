// SPDX-License-Identifier: Apache-2.0
// A folder is its owner's while the owner holds the lock on it. The owner takes the lock before it
// makes the mark that others look for, so that nobody ever takes it for a stale one.
#include "run/temporary_folder.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <utility>
#include <vector>

namespace joulemark::run {
namespace {

namespace fs = std::filesystem;

constexpr const char* kPrefix = "joulemark-";
constexpr const char* kMarkName = "owner.lock";
constexpr std::size_t kNameLength = 16;  // of "joulemark-XXXXXX"
constexpr std::uintmax_t kLeastBytes = 4096;
constexpr int kMostTries = 100;

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

/// The lock; nothing while another process holds it, and where file systems have none for folders.
Descriptor take_lock(const fs::path& folder) {
  Descriptor lock(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW));
  if (lock.get() >= 0 && ::flock(lock.get(), LOCK_EX | LOCK_NB) != 0) lock.reset();
  return lock;
}

/// Says that a run made the folder; false when that cannot be written.
bool make_mark(const fs::path& folder) {
  const Descriptor mark(::open((folder / kMarkName).c_str(),
                               O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW,
                               S_IRUSR | S_IWUSR));
  return mark.get() >= 0;
}

/// The mark last: what is killed before has not removed it, and the next one goes on.
void remove_contents(const fs::path& folder) {
  std::error_code error;
  std::vector<fs::path> contents;
  for (fs::directory_iterator entry(folder, error), end; !error && entry != end;
       entry.increment(error))
    contents.push_back(entry->path());
  for (const fs::path& path : contents)
    if (path.filename() != kMarkName) fs::remove_all(path, error);
  fs::remove(folder / kMarkName, error);
}

void remove_stale_folders(const fs::path& parent) {
  std::error_code error;
  for (fs::directory_iterator entry(parent, error), end; !error && entry != end;
       entry.increment(error)) {
    std::error_code ignored;
    if (!may_be_ours(entry->path())) continue;
    const Descriptor lock = take_lock(entry->path());
    if (lock.get() < 0) continue;
    if (fs::exists(entry->path() / kMarkName, ignored)) remove_contents(entry->path());
    // Without a mark it may be another program's, or the rest of one whose owner was killed when it
    // made or removed it: that is empty, and nothing else is removed here.
    ::rmdir(entry->path().c_str());
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
  if (path_.empty()) return;
  remove_contents(path_);
  ::rmdir(path_.c_str());
}

Result<TemporaryFolder> TemporaryFolder::create() {
  const fs::path parent = parent_folder();
  remove_stale_folders(parent);
  for (int tries = 1;; ++tries) {
    std::string name = (parent / (std::string(kPrefix) + "XXXXXX")).string();
    if (::mkdtemp(name.data()) == nullptr) return no_folder(name, errno);
    TemporaryFolder folder(name, take_lock(name));
    const bool is_marked = folder.lock_.get() >= 0 && make_mark(name);
    const int error = is_marked ? 0 : errno;
    const bool was_swept = error == ENOENT || error == EWOULDBLOCK;  // by a run beside us
    const bool has_no_locks = folder.lock_.get() < 0 && !was_swept;
    if (is_marked || has_no_locks) return checked(std::move(folder));
    if (!was_swept || tries == kMostTries) return no_folder(name, error);
  }
}

Result<TemporaryFolder> TemporaryFolder::checked(TemporaryFolder folder) {
  if (auto space = check_space(folder.path_); !space) return fail(space.error());
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
