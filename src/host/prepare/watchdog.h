// SPDX-License-Identifier: Apache-2.0
// A process that does something when this one is gone, however it ends.
#pragma once

#include <sys/types.h>

#include <functional>

#include "base/descriptor.h"
#include "base/error.h"

namespace joulemark::host {

/// A child that sleeps until the last copy of a pipe's end is closed, which the kernel does for a
/// process that is killed. It is in a session of its own, and hears no signal that ends the
/// program.
class Watchdog {
 public:
  /// Forks: to be called before the program starts threads. The child keeps `kept` and the standard
  /// error open, closes all else, and calls `when_alone` at the end.
  static Result<Watchdog> start(int kept, const std::function<void()>& when_alone);
  Watchdog(Watchdog&& other) noexcept;
  Watchdog& operator=(Watchdog&& other) noexcept;
  /// Lets the child go on, and waits for its end.
  ~Watchdog();

 private:
  Watchdog(Descriptor pipe, pid_t child) : pipe_(std::move(pipe)), child_(child) {}
  Descriptor pipe_;
  pid_t child_ = -1;
};

}  // namespace joulemark::host
