// SPDX-License-Identifier: Apache-2.0
// Which process runs an experiment: a lock that no process can leave behind.
#pragma once

#include <cstdint>
#include <string>

#include "base/descriptor.h"

namespace joulemark::store {

enum class Claim {
  kOurs,      ///< also where the file system knows no such locks
  kAnothers,  ///< another process, or another Claims of this one, has had it for all of the wait
};

/// The experiments of a store file that this process runs. Given up when it is destroyed, and by
/// the kernel when the process ends in whatever way.
///
/// Closing any descriptor of a file gives up the locks that SQLite holds on it in this process: a
/// Claims of a file has to outlive every database of it.
class Claims {
 public:
  /// Waits a moment for a process that is just ending.
  Claim take(const std::string& path, std::int64_t experiment_id);

 private:
  Descriptor file_;
};

}  // namespace joulemark::store
