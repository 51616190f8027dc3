// SPDX-License-Identifier: Apache-2.0
// Used by the guardian as well, which was forked off a program of several threads: only system
// calls and allocation, which glibc keeps usable in such a child.
#include "run/process_tree.h"

#include <dirent.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <signal.h>
#include <sys/random.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <ctime>
#include <memory>
#include <string_view>
#include <utility>

#include "base/descriptor.h"

namespace joulemark::run {
namespace {

/// More than the kernel lets an environment be.
constexpr std::size_t kMostBytes = 8u << 20;
constexpr Nanoseconds kPause = 2'000'000;
/// A process shows no environment while it becomes another program; nor do zombies, and those that
/// were started without one.
constexpr Nanoseconds kExecTime = 200'000'000;

/// Short files of /proc, and the environment of a process; "" where it cannot be read.
std::string contents_of(const std::string& path) {
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  std::string text;
  std::array<char, 1 << 14> chunk;
  while (file.get() >= 0 && text.size() < kMostBytes) {
    const ssize_t count = ::read(file.get(), chunk.data(), chunk.size());
    if (count <= 0) break;
    text.append(chunk.data(), static_cast<std::size_t>(count));
  }
  return text;
}

bool has_mark(pid_t pid, const std::string& mark) {
  const std::string entry = fmt::format("{}={}", kMarkVariable, mark) + '\0';
  return contents_of(fmt::format("/proc/{}/environ", pid)).find(entry) != std::string::npos;
}

/// The numbers that a folder's entries are named by.
std::vector<pid_t> numbers_in(const char* folder) {
  std::vector<pid_t> numbers;
  const std::unique_ptr<DIR, int (*)(DIR*)> entries(::opendir(folder), ::closedir);
  if (!entries) return numbers;
  while (const dirent* entry = ::readdir(entries.get())) {
    const std::string_view name = entry->d_name;
    pid_t number = 0;
    const auto read = std::from_chars(name.data(), name.data() + name.size(), number);
    if (read.ec == std::errc() && read.ptr == name.data() + name.size()) numbers.push_back(number);
  }
  return numbers;
}

std::vector<pid_t> children() {
  std::vector<pid_t> all;
  for (const pid_t thread : numbers_in("/proc/self/task")) {
    const std::string list = contents_of(fmt::format("/proc/self/task/{}/children", thread));
    const char* at = list.data();
    const char* const end = at + list.size();
    for (pid_t child = 0; at < end; ++at) {
      const auto read = std::from_chars(at, end, child);
      if (read.ec != std::errc()) break;
      all.push_back(child);
      at = read.ptr;
    }
  }
  return all;
}

void pause_for(Nanoseconds time) {
  const timespec pause{0, time};
  ::nanosleep(&pause, nullptr);
}

/// Children, by what can be seen of them.
struct Look {
  std::vector<pid_t> marked;
  std::vector<pid_t> ended;  ///< zombies, and those that are gone already
  bool is_unclear = false;   ///< one that shows no environment may have the mark
};

bool has_ended(pid_t pid) {
  const std::string stat = contents_of(fmt::format("/proc/{}/stat", pid));
  const std::size_t name_end = stat.rfind(") ");
  return name_end == std::string::npos || stat[name_end + 2] == 'Z' || stat[name_end + 2] == 'X';
}

Look look_at_children(const std::string& mark) {
  Look look;
  for (const pid_t pid : children()) {
    if (has_mark(pid, mark))
      look.marked.push_back(pid);
    else if (!contents_of(fmt::format("/proc/{}/environ", pid)).empty())
      continue;
    else if (has_ended(pid))
      look.ended.push_back(pid);
    else
      look.is_unclear = true;
  }
  return look;
}

/// Those that were killed with their group, which have no environment any more. Whether there were
/// any, ended or still ending.
bool reap_group(pid_t group, int& killed) {
  int status = 0;
  pid_t pid = 0;
  bool were_any = false;
  while ((pid = ::waitpid(-group, &status, WNOHANG)) > 0) {
    were_any = true;
    if (WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL) ++killed;
  }
  return were_any || pid == 0;
}

}  // namespace

std::string new_mark() {
  std::uint64_t number = 0;
  if (::getrandom(&number, sizeof number, 0) != sizeof number)
    number = static_cast<std::uint64_t>(monotonic_now());
  return fmt::format("{}.{:016x}", ::getpid(), number);
}

std::vector<pid_t> marked_processes(const std::string& mark) {
  std::vector<pid_t> marked;
  for (const pid_t pid : numbers_in("/proc"))
    if (pid != ::getpid() && has_mark(pid, mark)) marked.push_back(pid);
  return marked;
}

// Killing one may give us those that it had started, so this goes on until there is none. So may
// the end of any child, which can come after the list of children was read: only a look that finds
// no other dead than the one before it is the last.
Remains end_adopted(const Descent& descent, Nanoseconds deadline) {
  Remains remains;
  const Nanoseconds settled = std::min(deadline, monotonic_now() + kExecTime);
  std::vector<pid_t> ended_before;
  for (;;) {
    const Look look = look_at_children(descent.mark);
    for (const pid_t pid : look.marked) ::kill(pid, SIGKILL);
    for (const pid_t pid : look.marked) {
      while (monotonic_now() < deadline && ::waitpid(pid, nullptr, WNOHANG) == 0) pause_for(kPause);
      if (::kill(pid, 0) != 0) ++remains.processes;
    }
    remains.lives = reap_group(descent.group, remains.processes) || !look.marked.empty();
    const bool is_new = std::exchange(ended_before, look.ended) != look.ended;
    const Nanoseconds now = monotonic_now();
    const bool is_clear = !is_new && (!look.is_unclear || now >= settled);
    if ((!remains.lives && is_clear) || now >= deadline) return remains;
    if (look.marked.empty()) pause_for(kPause);
  }
}

bool kill_marked_processes(const std::string& mark, double patience_s) {
  const Nanoseconds deadline = monotonic_now() + to_nanoseconds(patience_s);
  Nanoseconds last_seen = monotonic_now();
  for (;;) {
    const auto found = marked_processes(mark);
    for (const pid_t pid : found) ::kill(pid, SIGKILL);
    const Nanoseconds now = monotonic_now();
    if (!found.empty()) last_seen = now;
    if (now >= deadline || now - last_seen >= kExecTime) return found.empty();
    pause_for(found.empty() ? kExecTime / 10 : kPause);
  }
}

}  // namespace joulemark::run
