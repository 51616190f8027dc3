// SPDX-License-Identifier: Apache-2.0
// All that a worker started, found by a mark in its environment: process groups, sessions and
// parents can be left, an environment is inherited.
#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

#include "base/clock.h"

namespace joulemark::run {

/// The variable that holds the mark.
inline constexpr const char* kMarkVariable = "JOULEMARK_WORKER_OF";

/// A mark that no other process of any machine has.
std::string new_mark();

/// Running processes that have the mark. Those of other users cannot be read, and are not in it.
std::vector<pid_t> marked_processes(const std::string& mark);

/// What had to be killed when a worker was over.
struct Remains {
  int processes = 0;   ///< that it had started and left behind
  bool lives = false;  ///< something cannot be killed: it waits inside the kernel
};

/// How what a worker started is told from other children.
struct Descent {
  std::string mark;
  pid_t group;  ///< the worker's process group
};

/// Kills and reaps what a worker that is over and reaped left behind, at most until `deadline`.
/// This process has to be a subreaper (PR_SET_CHILD_SUBREAPER), which is given what loses its
/// parent. Cheap where there is nothing: looks at children alone.
Remains end_adopted(const Descent& descent, Nanoseconds deadline);

/// Kills every process that has the mark, and what it starts meanwhile, until none is found or
/// `patience_s` has passed. True when none is left.
bool kill_marked_processes(const std::string& mark, double patience_s);

}  // namespace joulemark::run
