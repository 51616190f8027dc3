// SPDX-License-Identifier: Apache-2.0
// What a window used: the resources of the processes that did the work, and the facts around them.
#pragma once

#include <filesystem>
#include <string>

#include "base/clock.h"
#include "base/error.h"
#include "joulemark/result.h"
#include "sensors/sampling/process.h"
#include "sensors/window/window_watch.h"

namespace joulemark::run {

/// Who does the work of a trial.
enum class WorkPlace {
  kWorker,     ///< the worker itself
  kChildren,   ///< a server that it has started: its descendants
  kElsewhere,  ///< a server that runs: no process of ours
};

/// As the engine says in "work" of its description: "children", "elsewhere", or nothing.
WorkPlace work_place_of(const std::string& describe_json);

/// How long a worker may take to end: a server that it has started has to end what it has begun.
Nanoseconds longest_end(WorkPlace place);

/// Of one window. Where a server does the work, the trial's resources are the server's and the
/// worker's CPU time is that of its client; what belongs to no process of ours is absent.
class WindowUse {
 public:
  /// Reads the begin.
  WindowUse(const std::filesystem::path& root, int worker, WorkPlace place);
  /// Reads the end.
  [[nodiscard]] Resources end() const;

 private:
  [[nodiscard]] Resources of_processes() const;
  void describe_client(WindowFacts& facts) const;

  std::filesystem::path root_;
  int worker_;
  WorkPlace place_;
  Result<sensors::ProcessCounters> begin_;
  std::optional<double> client_cpu_s_;
  sensors::WindowWatch watch_;
};

}  // namespace joulemark::run
