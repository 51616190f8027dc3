// SPDX-License-Identifier: Apache-2.0
// Lines of tabs between a first line and a last one.
#include "host/prepare/change_record.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>

#include "base/fnv.h"
#include "host/kernel_file.h"

namespace joulemark::host {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kFirst = "joulemark prepared 1\n";
constexpr std::string_view kLast = "end\n";
constexpr std::size_t kMostBytes = std::size_t{8} << 20;

/// Whether the locked file still has its name; a lock on a removed one keeps nobody out.
bool has_name(int fd) {
  struct stat status {};
  return ::fstat(fd, &status) == 0 && status.st_nlink > 0;
}

Error cannot(const char* what, const fs::path& path) {
  return {ErrorKind::kMachine,
          fmt::format("cannot {} '{}', which remembers the machine's settings: {}; set "
                      "XDG_STATE_HOME to a folder that you may write",
                      what, path.string(), errno_text(errno))};
}

/// -1 where there is no file and none is to be made; the error tells who has it.
Result<Descriptor> lock(const fs::path& path, int flags) {
  for (;;) {
    Descriptor file(::open(path.c_str(), O_RDWR | O_CLOEXEC | O_NOFOLLOW | flags, 0600));
    if (file.get() < 0 && errno == ENOENT && (flags & O_CREAT) == 0) return file;
    if (file.get() < 0) return fail(cannot("open", path));
    if (::flock(file.get(), LOCK_EX | LOCK_NB) != 0) {
      if (errno != EWOULDBLOCK) return fail(cannot("lock", path));
      return fail(
          ErrorKind::kMachine,
          "another joulemark has prepared this machine and will restore it; wait for its end");
    }
    if (has_name(file.get())) return file;
  }
}

std::optional<SettingChange> parse_line(std::string_view line) {
  const auto first = line.find('\t');
  const auto second = first == std::string_view::npos ? first : line.find('\t', first + 1);
  if (second == std::string_view::npos) return std::nullopt;
  SettingChange change{fs::path(line.substr(0, first)),
                       std::string(line.substr(first + 1, second - first - 1)),
                       std::string(line.substr(second + 1))};
  if (!is_known_setting(change.file) || change.before.empty() || change.wanted.empty())
    return std::nullopt;
  return change;
}

std::string text_of(int fd) {
  std::string text;
  char buffer[4096];
  while (text.size() < kMostBytes) {
    const ssize_t n = ::pread(fd, buffer, sizeof buffer, static_cast<off_t>(text.size()));
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) break;
    text.append(buffer, static_cast<std::size_t>(n));
  }
  return text;
}

bool write_all(int fd, std::string_view text) {
  off_t at = 0;
  while (!text.empty()) {
    const ssize_t n = ::pwrite(fd, text.data(), text.size(), at);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return false;
    at += n;
    text.remove_prefix(static_cast<std::size_t>(n));
  }
  return true;
}

bool sync_folder(const fs::path& folder) {
  const Descriptor opened(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  return opened.get() >= 0 && ::fsync(opened.get()) == 0;
}

}  // namespace

Result<fs::path> record_path(const fs::path& root) {
  const char* state = std::getenv("XDG_STATE_HOME");
  const char* home = std::getenv("HOME");
  fs::path folder = state != nullptr && *state == '/' ? fs::path(state) : fs::path();
  if (folder.empty() && home != nullptr && *home == '/') folder = fs::path(home) / ".local/state";
  if (folder.empty())
    return fail(ErrorKind::kMachine,
                "no place to remember the machine's settings in: neither XDG_STATE_HOME nor HOME "
                "names a folder; set HOME");
  std::string boot = read_small(root / "proc/sys/kernel/random/boot_id").value_or("unknown");
  std::replace_if(
      boot.begin(), boot.end(), [](unsigned char c) { return std::isalnum(c) == 0; }, '-');
  std::error_code error;
  const fs::path whole = fs::weakly_canonical(root, error);
  Fnv1a where;
  where.add((error ? root : whole).string());
  return folder / "joulemark" / fmt::format("prepared-{:.64}-{}", boot, where.text());
}

Result<ChangeRecord> ChangeRecord::take(const fs::path& path) {
  std::error_code error;
  fs::create_directories(path.parent_path(), error);  // what fails is told by the open
  auto file = lock(path, O_CREAT);
  if (!file) return fail(file.error());
  return ChangeRecord(path, *std::move(file));
}

Result<std::optional<ChangeRecord>> ChangeRecord::take_left(const fs::path& path) {
  auto file = lock(path, 0);
  if (!file) return fail(file.error());
  if (file->get() < 0) return std::nullopt;
  return ChangeRecord(path, *std::move(file));
}

std::vector<SettingChange> ChangeRecord::read() const {
  const std::string text = text_of(file_.get());
  if (!text.starts_with(kFirst) || !text.ends_with(kLast)) return {};
  std::string_view rest = std::string_view(text).substr(kFirst.size());
  rest.remove_suffix(kLast.size());
  std::vector<SettingChange> changes;
  while (!rest.empty()) {
    const auto end = std::min(rest.find('\n'), rest.size());
    if (auto change = parse_line(rest.substr(0, end))) changes.push_back(*std::move(change));
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  return changes;
}

Status ChangeRecord::write(const std::vector<SettingChange>& changes) const {
  std::string text(kFirst);
  for (const SettingChange& change : changes)
    text += fmt::format("{}\t{}\t{}\n", change.file.string(), change.before, change.wanted);
  text += kLast;
  if (::ftruncate(file_.get(), 0) != 0 || !write_all(file_.get(), text) ||
      ::fsync(file_.get()) != 0 || !sync_folder(path_.parent_path()))
    return fail(cannot("write", path_));
  return {};
}

void ChangeRecord::forget() const {
  if (::ftruncate(file_.get(), 0) != 0 || !has_name(file_.get())) return;
  ::unlink(path_.c_str());
}

}  // namespace joulemark::host
