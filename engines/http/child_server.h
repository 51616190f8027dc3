// SPDX-License-Identifier: Apache-2.0
// A server that is started, watched and ended with all that it has started itself.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "output_pump.h"
#include "own_group.h"

namespace joulemark::http_engine {

struct ServerStart {
  std::string command;                   ///< for /bin/sh
  std::vector<std::string> environment;  ///< "NAME=VALUE", in addition to ours
  std::vector<std::int32_t> cpus;        ///< that it may run on; empty: any
  std::int64_t stop_timeout_s = 10;      ///< from SIGTERM to SIGKILL
};

/// Runs in a process group of its own, and in a control group where one can be made. This process
/// becomes the parent of what loses its own, so that whatever the server starts is among its
/// descendants.
class ChildServer {
 public:
  /// Throws plugin::Failure when no process can be made.
  explicit ChildServer(const ServerStart& start);
  /// Asks it to end, waits for some seconds, then kills it and everything that it has started.
  ~ChildServer();
  ChildServer(const ChildServer&) = delete;
  ChildServer& operator=(const ChildServer&) = delete;

  /// "exited with status 1", "was killed by signal 9 (Killed)"; nothing while it runs.
  std::optional<std::string> ended();
  /// The last lines that it wrote, joined by " / ", behind "; its last lines: "; "" for none.
  [[nodiscard]] std::string last_words() const { return output_.last_words(); }

 private:
  void reap();
  void wait_for_end(Nanoseconds longest);
  void kill_descendants();

  std::int64_t stop_timeout_s_;
  OwnGroup group_;
  OutputPump output_;
  pid_t pid_ = -1;
  std::optional<int> status_;  ///< as waitpid gives it
};

}  // namespace joulemark::http_engine
