// SPDX-License-Identifier: Apache-2.0
// A lock on one byte far behind the file's end, one for each experiment: it needs no file of its
// own, goes where the store goes, and is none of SQLite's, whose bytes begin at 1 GiB. It belongs
// to the open file (OFD), because SQLite opens and closes the same file in this process.
#include "store/claim.h"

#include <fcntl.h>

#include <cerrno>
#include <chrono>
#include <thread>

namespace joulemark::store {
namespace {

constexpr off_t kFirstByte = off_t{1} << 62;
/// A process that was killed gives its locks up only after its memory.
constexpr auto kPatience = std::chrono::seconds(3);
constexpr auto kPause = std::chrono::milliseconds(20);

}  // namespace

Claim Claims::take(const std::string& path, std::int64_t experiment_id) {
  if (file_.get() < 0) file_.reset(::open(path.c_str(), O_RDWR | O_CLOEXEC));
  if (file_.get() < 0) return Claim::kOurs;
  struct flock lock {};
  lock.l_type = F_WRLCK;
  lock.l_whence = SEEK_SET;
  lock.l_start = kFirstByte + experiment_id;
  lock.l_len = 1;
  for (auto left = std::chrono::milliseconds(kPatience);; left -= kPause) {
    if (::fcntl(file_.get(), F_OFD_SETLK, &lock) == 0) return Claim::kOurs;
    if (errno != EAGAIN && errno != EACCES && errno != EINTR) return Claim::kOurs;
    if (left <= kPause) return Claim::kAnothers;
    std::this_thread::sleep_for(kPause);
  }
}

}  // namespace joulemark::store
