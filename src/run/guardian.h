// SPDX-License-Identifier: Apache-2.0
// Sees to it that nothing outlives this program, however it dies.
#pragma once

#include <sys/types.h>

#include <string>

#include "base/descriptor.h"

namespace joulemark::run {

/// A process in a session of its own that waits for our end. When that comes without this object
/// having been destroyed, it kills every process that carries `mark` in its environment
/// (process_tree.h), and ends. It does not run until then.
class Guardian {
 public:
  /// Where no process can be made there is none, and what a worker started is killed by its process
  /// group alone.
  explicit Guardian(const std::string& mark);
  /// Lets it go.
  ~Guardian();
  Guardian(const Guardian&) = delete;
  Guardian& operator=(const Guardian&) = delete;

 private:
  Descriptor life_;  ///< its other end closes when we die
  pid_t pid_ = -1;
};

}  // namespace joulemark::run
