// SPDX-License-Identifier: Apache-2.0
#include "host/prepare/watchdog.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <utility>
#include <vector>

#include "host/kernel_file.h"

namespace joulemark::host {
namespace {

/// What the parent had open, its sockets and its output among them, must not stay open because of
/// us.
void close_all_but(int pipe, int kept) {
  std::vector<int> open;
  for (const auto& entry : entries_of("/proc/self/fd", ""))
    if (const auto fd = parse_number<int>(entry.filename().string())) open.push_back(*fd);
  for (const int fd : open)
    if (fd != pipe && fd != kept && fd != STDERR_FILENO) ::close(fd);
}

void wait_for_end(int pipe) {
  char byte = 0;
  for (;;) {
    const ssize_t n = ::read(pipe, &byte, 1);
    if (n == 0 || (n < 0 && errno != EINTR)) return;
  }
}

[[noreturn]] void watch(int pipe, int kept, const std::function<void()>& when_alone) {
  ::setsid();
  ::prctl(PR_SET_NAME, "joulemark-keep");
  for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGPIPE}) std::signal(signal, SIG_IGN);
  close_all_but(pipe, kept);
  wait_for_end(pipe);
  when_alone();
  ::_exit(0);
}

}  // namespace

Result<Watchdog> Watchdog::start(int kept, const std::function<void()>& when_alone) {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0)
    return fail(ErrorKind::kMachine, fmt::format("cannot make a pipe: {}", errno_text(errno)));
  Descriptor reading(ends[0]);
  Descriptor writing(ends[1]);
  const pid_t child = ::fork();
  if (child < 0)
    return fail(
        ErrorKind::kMachine,
        fmt::format("cannot start a process that restores the machine: {}", errno_text(errno)));
  if (child == 0) watch(reading.get(), kept, when_alone);
  return Watchdog(std::move(writing), child);
}

Watchdog::Watchdog(Watchdog&& other) noexcept
    : pipe_(std::move(other.pipe_)), child_(std::exchange(other.child_, -1)) {}

Watchdog& Watchdog::operator=(Watchdog&& other) noexcept {
  std::swap(pipe_, other.pipe_);
  std::swap(child_, other.child_);
  return *this;
}

Watchdog::~Watchdog() {
  pipe_.reset();
  if (child_ < 0) return;
  while (::waitpid(child_, nullptr, 0) < 0 && errno == EINTR) {
  }
}

}  // namespace joulemark::host
