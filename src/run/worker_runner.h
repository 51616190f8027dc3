// SPDX-License-Identifier: Apache-2.0
// The seam between the orchestrator and the processes it measures: start a worker, exchange lines,
// learn how it ended.
#pragma once

#include <sys/types.h>

#include <atomic>
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/clock.h"
#include "base/error.h"
#include "run/process_tree.h"

namespace joulemark::run {

/// What is started. The runner appends `--protocol-fd N`.
struct WorkerCommand {
  /// Empty: joulemark-worker (see ProcessWorkerRunner). No search of PATH.
  std::filesystem::path program;
  std::vector<std::string> arguments;
  /// Set on top of our own environment.
  std::map<std::string, std::string> environment;
  /// CPUs that the process may run on; empty: those that we may run on.
  std::vector<int> cpus;
};

/// How a process stands.
struct StillRunning {};
struct Exited {
  int code = 0;
};
struct Signalled {
  int signal = 0;
};
using WorkerState = std::variant<StillRunning, Exited, Signalled>;

/// What came of waiting for a line.
struct Line {
  std::string text;  ///< without its newline
};
struct Closed {};    ///< the other end is gone; `wait` tells how
struct TimedOut {};  ///< nothing complete by the deadline
struct Interrupted {};
struct LineTooLong {};  ///< more than protocol::kMaxLineBytes without a newline
using Received = std::variant<Line, Closed, TimedOut, Interrupted, LineTooLong>;

/// How long to wait for a line, and what ends the wait early.
struct ReceiveOptions {
  Nanoseconds deadline = 0;
  /// Set by a signal handler. A signal that arrives in the waiting thread is never missed.
  const std::atomic<bool>& stop;
  /// How often `stop` is looked at where the signal may arrive in another thread; 0: never.
  Nanoseconds recheck_ns = 0;
};

/// A started worker. Destroying it kills it with all that it started. Deadlines are
/// CLOCK_MONOTONIC.
class WorkerProcess {
 public:
  virtual ~WorkerProcess() = default;
  [[nodiscard]] virtual pid_t pid() const = 0;
  /// Writes `line` and a newline. Line{} when all of it is written; never raises SIGPIPE, never
  /// blocks past `deadline`.
  virtual Received send(std::string_view line, Nanoseconds deadline) = 0;
  /// Blocks in one poll until a line is there, the other end closes, the deadline passes or `stop`
  /// is set. Wakes for nothing else than these and output of the worker.
  virtual Received receive(const ReceiveOptions& options) = 0;
  /// Waits until the process has ended, at most until `deadline`.
  virtual WorkerState wait(Nanoseconds deadline) = 0;
  /// SIGKILL to the whole process group.
  virtual void kill() = 0;
  /// Kills it and everything that it started, wherever that has gone, and waits for their end, at
  /// most until `deadline`.
  virtual Remains end(Nanoseconds deadline) = 0;
  /// Last 100 lines of stdout and stderr so far, valid UTF-8.
  virtual std::string output_tail() = 0;
};

/// Starts workers: real processes (ProcessWorkerRunner), or a script in tests. Used from several
/// threads by check_cases.
class WorkerRunner {
 public:
  virtual ~WorkerRunner() = default;
  virtual Result<std::unique_ptr<WorkerProcess>> start(const WorkerCommand& command) = 0;
};

/// "killed by SIGSEGV (segmentation fault)", "exited with status 3", "still running".
std::string describe(const WorkerState& state);

}  // namespace joulemark::run
