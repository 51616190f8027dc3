// SPDX-License-Identifier: Apache-2.0
// fork, exec, poll, wait and kill; nothing here knows what the lines mean.
#include "run/process_worker.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <optional>
#include <utility>

#include "joulemark/worker_protocol.h"
#include "run/descriptors.h"
#include "run/environment.h"
#include "run/guardian.h"
#include "run/line_buffer.h"
#include "run/output_tail.h"
#include "run/process_tree.h"
#include "run/signal_mask.h"

namespace joulemark::run {
namespace {

constexpr int kProtocolFd = 3;
/// Between two looks at a process where the kernel has no pidfd, or at what it left behind.
constexpr Nanoseconds kWaitStep = 2'000'000;
/// Killing takes as long as giving the memory back does.
constexpr Nanoseconds kKillLimit = 5 * kNanosecondsPerSecond;
constexpr int kOutputPipeBytes = 1 << 20;

/// Everything the child needs, prepared before the fork: between fork and exec only
/// async-signal-safe calls are allowed.
struct ChildSetup {
  std::vector<char*> arguments;
  std::vector<char*> environment;
  std::optional<cpu_set_t> cpus;
  pid_t parent = 0;
  int null_fd = -1;
  int output_fd = -1;
  int socket_fd = -1;
  int error_fd = -1;
};

void close_the_rest_on_exec() {
  constexpr unsigned kCloseOnExec = 1u << 2;  // CLOSE_RANGE_CLOEXEC, Linux 5.11
  if (::syscall(SYS_close_range, kProtocolFd + 1, ~0u, kCloseOnExec) == 0) return;
  rlimit limit{};
  ::getrlimit(RLIMIT_NOFILE, &limit);
  const int end = static_cast<int>(std::min<rlim_t>(limit.rlim_cur, 65536));
  for (int fd = kProtocolFd + 1; fd < end; ++fd) ::fcntl(fd, F_SETFD, FD_CLOEXEC);
}

void restore_signals() {
  for (const int signal : {SIGPIPE, SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGCHLD})
    ::signal(signal, SIG_DFL);
  sigset_t none;
  sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
}

[[noreturn]] void become_worker(const ChildSetup& setup) {
  ::setpgid(0, 0);
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (::getppid() != setup.parent) ::_exit(127);  // the parent died before the line above
  if (setup.cpus) ::sched_setaffinity(0, sizeof(cpu_set_t), &*setup.cpus);
  restore_signals();
  const bool wired = ::dup2(setup.null_fd, 0) == 0 && ::dup2(setup.output_fd, 1) == 1 &&
                     ::dup2(setup.output_fd, 2) == 2 &&
                     ::dup2(setup.socket_fd, kProtocolFd) == kProtocolFd;
  if (wired) {
    close_the_rest_on_exec();
    ::execve(setup.arguments[0], setup.arguments.data(), setup.environment.data());
  }
  const int error = errno;
  [[maybe_unused]] const auto written = ::write(setup.error_fd, &error, sizeof error);
  ::_exit(127);
}

std::vector<char*> pointers_to(std::vector<std::string>& strings) {
  std::vector<char*> pointers;
  for (auto& text : strings) pointers.push_back(text.data());
  pointers.push_back(nullptr);
  return pointers;
}

std::optional<cpu_set_t> cpu_set_of(const std::vector<int>& cpus) {
  if (cpus.empty()) return std::nullopt;
  cpu_set_t set;
  CPU_ZERO(&set);
  for (const int cpu : cpus)
    if (cpu >= 0 && cpu < CPU_SETSIZE) CPU_SET(cpu, &set);
  return set;
}

int milliseconds_until(Nanoseconds deadline) {
  const Nanoseconds left = std::max<Nanoseconds>(0, deadline - monotonic_now());
  return static_cast<int>(std::min<Nanoseconds>((left + 999'999) / 1'000'000, 1'000'000'000));
}

class ProcessWorker final : public WorkerProcess {
 public:
  struct Parts {
    pid_t pid;
    std::string mark;
    Descriptor socket;
    Descriptor output;
  };
  explicit ProcessWorker(Parts parts)
      : pid_(parts.pid),
        mark_(std::move(parts.mark)),
        guardian_(mark_),
        socket_(std::move(parts.socket)),
        output_(std::move(parts.output)),
        // From Linux 5.3; close-on-exec by itself. Without one, wait looks every kWaitStep.
        pidfd_(static_cast<int>(::syscall(SYS_pidfd_open, parts.pid, 0))) {
    ::fcntl(output_.get(), F_SETFL, O_NONBLOCK);
  }
  ~ProcessWorker() override { ProcessWorker::end(monotonic_now() + kKillLimit); }
  ProcessWorker(const ProcessWorker&) = delete;
  ProcessWorker& operator=(const ProcessWorker&) = delete;

  [[nodiscard]] pid_t pid() const override { return pid_; }
  Received send(std::string_view line, Nanoseconds deadline) override;
  Received receive(const ReceiveOptions& options) override;
  WorkerState wait(Nanoseconds deadline) override;
  void kill() override {
    if (!ended_) ::kill(-pid_, SIGKILL);
  }
  Remains end(Nanoseconds deadline) override;
  std::string output_tail() override {
    drain_output();
    return tail_.text();
  }

 private:
  void reap();
  void drain_output();
  /// Takes what the socket holds without blocking. Closed{} at its end.
  std::optional<Received> read_socket();
  /// `line` when there is one, LineTooLong, or nothing yet.
  std::optional<Received> take_line();

  pid_t pid_;
  std::string mark_;  ///< in the environment of all that it starts
  Guardian guardian_;
  Descriptor socket_;
  Descriptor output_;
  Descriptor pidfd_;
  bool ended_ = false;  ///< reaped: the pid may belong to someone else
  WorkerState state_ = StillRunning{};
  LineBuffer lines_{static_cast<std::size_t>(protocol::kMaxLineBytes)};
  OutputTail tail_;
  std::array<char, 1 << 16> chunk_{};
};

void ProcessWorker::reap() {
  siginfo_t info{};
  if (::waitid(P_PID, static_cast<id_t>(pid_), &info, WEXITED | WNOWAIT | WNOHANG) != 0) {
    if (errno == EINTR) return;
    ended_ = true;  // somebody else has reaped it
    state_ = Exited{-1};
    return;
  }
  if (info.si_pid == 0) return;
  ::kill(-pid_, SIGKILL);  // what it started; while it is a zombie its group cannot be another's
  int status = 0;
  while (::waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
  }
  ended_ = true;
  if (WIFSIGNALED(status))
    state_ = Signalled{WTERMSIG(status)};
  else
    state_ = Exited{WEXITSTATUS(status)};
}

Remains ProcessWorker::end(Nanoseconds deadline) {
  kill();
  wait(deadline);
  if (!ended_) return {.processes = 0, .lives = true};
  return end_adopted({.mark = mark_, .group = pid_}, deadline);
}

void ProcessWorker::drain_output() {
  while (output_.get() >= 0) {
    const ssize_t count = ::read(output_.get(), chunk_.data(), chunk_.size());
    if (count > 0) {
      tail_.append({chunk_.data(), static_cast<std::size_t>(count)});
      if (static_cast<std::size_t>(count) < chunk_.size()) return;
    } else if (count == 0) {
      output_.reset();
    } else if (errno != EINTR) {
      if (errno != EAGAIN) output_.reset();
      return;
    }
  }
}

std::optional<Received> ProcessWorker::read_socket() {
  const ssize_t count = ::recv(socket_.get(), chunk_.data(), chunk_.size(), MSG_DONTWAIT);
  if (count > 0) {
    lines_.append({chunk_.data(), static_cast<std::size_t>(count)});
    return std::nullopt;
  }
  if (count < 0 && (errno == EAGAIN || errno == EINTR)) return std::nullopt;
  return Closed{};
}

std::optional<Received> ProcessWorker::take_line() {
  if (auto line = lines_.take()) return Line{std::move(*line)};
  if (lines_.overflowed()) return LineTooLong{};
  return std::nullopt;
}

Received ProcessWorker::receive(const ReceiveOptions& options) {
  if (auto line = take_line()) return *std::move(line);
  const BlockedStopSignals
      blocked;  // between the look at `stop` and ppoll no signal may slip through
  for (;;) {
    if (options.stop.load()) return Interrupted{};
    const Nanoseconds now = monotonic_now();
    if (now >= options.deadline) return TimedOut{};
    Nanoseconds left = options.deadline - now;
    if (options.recheck_ns > 0) left = std::min(left, options.recheck_ns);
    const timespec timeout{static_cast<time_t>(left / kNanosecondsPerSecond),
                           static_cast<long>(left % kNanosecondsPerSecond)};
    std::array<pollfd, 3> fds{
        {{socket_.get(), POLLIN, 0}, {output_.get(), POLLIN, 0}, {pidfd_.get(), POLLIN, 0}}};
    if (::ppoll(fds.data(), fds.size(), &timeout, &blocked.previous()) <= 0) continue;
    if (fds[1].revents != 0) drain_output();
    if (fds[0].revents != 0) {
      const auto closed = read_socket();
      if (auto line = take_line()) return *std::move(line);
      if (closed) return *closed;
    } else if (fds[2].revents != 0) {
      return Closed{};  // dead, though a process that it started may still hold the socket
    }
  }
}

Received ProcessWorker::send(std::string_view line, Nanoseconds deadline) {
  std::string bytes(line);
  bytes += '\n';
  std::string_view left = bytes;
  while (!left.empty()) {
    const ssize_t count =
        ::send(socket_.get(), left.data(), left.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    if (count > 0) {
      left.remove_prefix(static_cast<std::size_t>(count));
      continue;
    }
    if (count < 0 && errno != EAGAIN && errno != EINTR) return Closed{};
    if (monotonic_now() >= deadline) return TimedOut{};
    std::array<pollfd, 2> fds{{{socket_.get(), POLLOUT, 0}, {output_.get(), POLLIN, 0}}};
    ::poll(fds.data(), fds.size(), milliseconds_until(deadline));
    if (fds[1].revents != 0) drain_output();
  }
  return Line{};
}

WorkerState ProcessWorker::wait(Nanoseconds deadline) {
  for (;;) {
    if (!ended_) reap();
    if (ended_ || monotonic_now() >= deadline) break;
    const Nanoseconds wake =
        pidfd_.get() >= 0 ? deadline : std::min(deadline, monotonic_now() + kWaitStep);
    std::array<pollfd, 2> fds{{{pidfd_.get(), POLLIN, 0}, {output_.get(), POLLIN, 0}}};
    ::poll(fds.data(), fds.size(), milliseconds_until(wake));
    if (fds[1].revents != 0) drain_output();
  }
  drain_output();
  return state_;
}

std::vector<std::string> argument_list(const WorkerCommand& command,
                                       const std::filesystem::path& program) {
  std::vector<std::string> list{(command.program.empty() ? program : command.program).string()};
  list.insert(list.end(), command.arguments.begin(), command.arguments.end());
  list.insert(list.end(), {"--protocol-fd", std::to_string(kProtocolFd)});
  return list;
}

/// Waits until the child has become the worker (0) or told why it cannot.
int exec_error(const Descriptor& pipe) {
  int error = 0;
  ssize_t count = 0;
  while ((count = ::read(pipe.get(), &error, sizeof error)) < 0 && errno == EINTR) {
  }
  return count == sizeof error ? error : 0;
}

tl::unexpected<Error> cannot_start(const WorkerCommand& command,
                                   const std::filesystem::path& own_program, int error) {
  const bool is_own = command.program.empty();
  return fail(ErrorKind::kMachine,
              fmt::format("cannot start worker '{}': {}; {}",
                          (is_own ? own_program : command.program).string(), errno_text(error),
                          is_own ? "reinstall joulemark, or set JOULEMARK_WORKER to its path"
                                 : "it was found as the engine's own, see 'joulemark engines'"));
}

}  // namespace

ProcessWorkerRunner::ProcessWorkerRunner(std::filesystem::path program)
    : program_(std::move(program)) {
  ::prctl(PR_SET_CHILD_SUBREAPER, 1);
}

Result<std::unique_ptr<WorkerProcess>> ProcessWorkerRunner::start(const WorkerCommand& command) {
  std::vector<std::string> arguments = argument_list(command, program_);
  const std::string mark = new_mark();
  auto additions = command.environment;
  additions[kMarkVariable] = mark;
  std::vector<std::string> environment = merged_environment(additions);
  auto socket = make_socketpair();
  auto output = make_pipe();
  auto error = make_pipe();
  const Descriptor null = out_of_the_way(::open("/dev/null", O_RDONLY | O_CLOEXEC));
  if (!socket || !output || !error || null.get() < 0) return cannot_start(command, program_, errno);
  // Room for a burst of output while nobody polls; the default stays where the limit for pipes is
  // reached.
  ::fcntl(output->ours.get(), F_SETPIPE_SZ, kOutputPipeBytes);
  const ChildSetup setup{.arguments = pointers_to(arguments),
                         .environment = pointers_to(environment),
                         .cpus = cpu_set_of(command.cpus),
                         .parent = ::getpid(),
                         .null_fd = null.get(),
                         .output_fd = output->theirs.get(),
                         .socket_fd = socket->theirs.get(),
                         .error_fd = error->theirs.get()};
  const pid_t pid = ::fork();
  if (pid < 0) return cannot_start(command, program_, errno);
  if (pid == 0) become_worker(setup);
  ::setpgid(pid, pid);  // also here: a kill of the group may come before the child has run
  error->theirs.reset();
  auto worker =
      std::make_unique<ProcessWorker>(ProcessWorker::Parts{.pid = pid,
                                                           .mark = mark,
                                                           .socket = std::move(socket->ours),
                                                           .output = std::move(output->ours)});
  if (const int reason = exec_error(error->ours)) return cannot_start(command, program_, reason);
  return worker;
}

std::filesystem::path program_beside(const char* name) {
  std::error_code unreadable;
  return std::filesystem::read_symlink("/proc/self/exe", unreadable).parent_path() / name;
}

std::filesystem::path default_worker_program() {
  if (const char* named = std::getenv("JOULEMARK_WORKER"); named != nullptr && *named != '\0')
    return named;
  return program_beside("joulemark-worker");
}

}  // namespace joulemark::run
