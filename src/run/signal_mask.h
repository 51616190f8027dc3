// SPDX-License-Identifier: Apache-2.0
// Blocks the signals that stop the program for a while, so that a check of the flag and a sleep are
// one step.
#pragma once

#include <csignal>

namespace joulemark::run {

/// Blocks SIGINT, SIGTERM and SIGHUP in this thread, and in threads that it starts meanwhile.
class BlockedStopSignals {
 public:
  BlockedStopSignals();
  ~BlockedStopSignals();
  BlockedStopSignals(const BlockedStopSignals&) = delete;
  BlockedStopSignals& operator=(const BlockedStopSignals&) = delete;
  /// The mask before: what ppoll waits with.
  [[nodiscard]] const sigset_t& previous() const { return previous_; }

 private:
  sigset_t previous_{};
};

}  // namespace joulemark::run
