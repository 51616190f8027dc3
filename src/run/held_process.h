// SPDX-License-Identifier: Apache-2.0
// A process that stands ready and begins its program when it is told to.
#pragma once

#include <sys/resource.h>

#include <string>
#include <vector>

#include "base/descriptor.h"
#include "base/error.h"

namespace joulemark::run {

/// How a process ended, and what it and its waited-for descendants used.
struct ProcessEnd {
  int status = 0;  ///< as of wait4
  rusage usage{};
};

/// Used from one thread, which has to live as long as it does: when that dies, a process that was
/// not released ends, and one that was gets SIGTERM. One that is not waited for is killed.
class HeldProcess {
 public:
  /// Makes the process, whose standard output will be `output`, and waits until it stands ready.
  /// kFailed where none can be made.
  static Result<HeldProcess> create(const std::vector<std::string>& words, int output);
  HeldProcess(HeldProcess&& other) noexcept;
  HeldProcess& operator=(HeldProcess&&) = delete;
  ~HeldProcess();

  [[nodiscard]] int pid() const { return pid_; }
  /// Lets it begin. Returns when the program runs. kUsage: it cannot be run, with the reason.
  Status release();
  /// Waits for its end up to `seconds`; false where it still runs, or where a signal came.
  bool has_ended_within(double seconds);
  void terminate() const;
  /// Waits for its end.
  Result<ProcessEnd> wait();

 private:
  HeldProcess(std::string program, int pid, Descriptor gate, Descriptor failure);
  std::string program_;
  int pid_ = -1;
  Descriptor gate_;     ///< written to to let it begin
  Descriptor failure_;  ///< what it writes when it cannot: an errno
  Descriptor pidfd_;
};

}  // namespace joulemark::run
