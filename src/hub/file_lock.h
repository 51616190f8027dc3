// SPDX-License-Identifier: Apache-2.0
// One process at a time downloads a file: the lock files that the Python package uses as well.
#pragma once

#include <atomic>
#include <filesystem>
#include <functional>

#include "base/clock.h"
#include "base/descriptor.h"
#include "base/error.h"

namespace joulemark::hub {

struct LockWait {
  Clock& clock;
  const std::atomic<bool>* interrupted = nullptr;
  std::function<void()> on_wait;  ///< called once when somebody else holds the lock; may be empty
};

/// Makes the file and its folders where they lack, and locks it with flock until the descriptor is
/// closed. The file stays. Where the file system knows no locks nothing is locked: what two write
/// is still compared with its digest. kMachine when it cannot be made, kInterrupted.
Result<Descriptor> lock_file(const std::filesystem::path& path, const LockWait& wait);

}  // namespace joulemark::hub
