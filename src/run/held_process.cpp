// SPDX-License-Identifier: Apache-2.0
// The child does nothing between fork and exec but wait for a pipe: other threads of this program
// may hold any lock then. Its end is seen on a pidfd, which needs no polling.
#include "run/held_process.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cmath>
#include <utility>

namespace joulemark::run {
namespace {

/// What the child has been given by the parent.
struct ChildEnds {
  int gate;
  int failure;
  int output;
};

[[noreturn]] void run_child(char* const* arguments, const ChildEnds& ends) {
  prctl(PR_SET_PDEATHSIG, SIGTERM);
  char byte = 0;
  if (write(ends.failure, &byte, 1) != 1) _exit(126);
  ssize_t released = 0;
  while ((released = read(ends.gate, &byte, 1)) < 0 && errno == EINTR) {
  }
  // Whoever would have measured it is dead.
  if (released != 1) _exit(126);
  if (ends.output != STDOUT_FILENO) dup2(ends.output, STDOUT_FILENO);
  execvp(arguments[0], arguments);
  const int error = errno;
  // Nothing can be done where even this fails; the parent sees the status.
  if (write(ends.failure, &error, sizeof error) != sizeof error) _exit(126);
  _exit(127);
}

struct Pipe {
  Descriptor read;
  Descriptor write;
};

Result<Pipe> make_pipe() {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0)
    return fail(ErrorKind::kFailed, fmt::format("cannot make a pipe: {}", errno_text(errno)));
  return Pipe{Descriptor(ends[0]), Descriptor(ends[1])};
}

std::vector<char*> pointers_to(std::vector<std::string>& words) {
  std::vector<char*> pointers;
  for (std::string& word : words) pointers.push_back(word.data());
  pointers.push_back(nullptr);
  return pointers;
}

}  // namespace

HeldProcess::HeldProcess(std::string program, int pid, Descriptor gate, Descriptor failure)
    : program_(std::move(program)),
      pid_(pid),
      gate_(std::move(gate)),
      failure_(std::move(failure)),
      pidfd_(static_cast<int>(syscall(SYS_pidfd_open, pid, 0))) {}

HeldProcess::HeldProcess(HeldProcess&& other) noexcept
    : program_(std::move(other.program_)),
      pid_(std::exchange(other.pid_, -1)),
      gate_(std::move(other.gate_)),
      failure_(std::move(other.failure_)),
      pidfd_(std::move(other.pidfd_)) {}

HeldProcess::~HeldProcess() {
  if (pid_ <= 0) return;
  kill(pid_, SIGKILL);
  while (waitpid(pid_, nullptr, 0) < 0 && errno == EINTR) {
  }
}

Result<HeldProcess> HeldProcess::create(const std::vector<std::string>& words, int output) {
  auto gate = make_pipe();
  if (!gate) return fail(gate.error());
  auto failure = make_pipe();
  if (!failure) return fail(failure.error());
  std::vector<std::string> copies = words;
  const std::vector<char*> arguments = pointers_to(copies);
  const pid_t pid = fork();
  if (pid < 0)
    return fail(ErrorKind::kFailed, fmt::format("cannot make a process: {}", errno_text(errno)));
  if (pid == 0) {
    // Its own copy of the gate's other end would keep it waiting.
    close(gate->write.get());
    run_child(arguments.data(), {gate->read.get(), failure->write.get(), output});
  }
  HeldProcess held(words[0], pid, std::move(gate->write), std::move(failure->read));
  failure->write.reset();
  char ready = 0;
  while (read(held.failure_.get(), &ready, 1) < 0 && errno == EINTR) {
  }
  return held;
}

Status HeldProcess::release() {
  const char byte = 0;
  // It is ours and waits, so that the pipe has a reader and room.
  [[maybe_unused]] const auto written = write(gate_.get(), &byte, 1);
  gate_.reset();
  int error = 0;
  ssize_t got = 0;
  // The write end closes when the program begins, for it is closed on exec.
  while ((got = read(failure_.get(), &error, sizeof error)) < 0 && errno == EINTR) {
  }
  if (got != sizeof error) return {};
  return fail(ErrorKind::kUsage,
              fmt::format("cannot run '{}': {}{}", program_, errno_text(error),
                          error == ENOENT ? "; a command of the shell needs: sh -c '…'" : ""));
}

bool HeldProcess::has_ended_within(double seconds) {
  pollfd end{pidfd_.get(), POLLIN, 0};
  return poll(&end, 1, static_cast<int>(std::lround(seconds * 1e3))) == 1;
}

void HeldProcess::terminate() const {
  if (pid_ > 0) kill(pid_, SIGTERM);
}

Result<ProcessEnd> HeldProcess::wait() {
  ProcessEnd end;
  while (wait4(pid_, &end.status, 0, &end.usage) < 0)
    if (errno != EINTR)
      return fail(ErrorKind::kFailed,
                  fmt::format("cannot wait for '{}': {}", program_, errno_text(errno)));
  pid_ = -1;
  return end;
}

}  // namespace joulemark::run
