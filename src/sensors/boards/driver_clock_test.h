// SPDX-License-Identifier: Apache-2.0
// The clock of a simulated machine as its drivers read it, for tests.
#pragma once

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <string>

#include "base/clock.h"
#include "base/descriptor.h"

namespace joulemark::sensors {

/// Stands at second 0 of the machine in the folder `root` until it is set.
class DriverClock {
 public:
  explicit DriverClock(const std::filesystem::path& root)
      : file_(open((root / "sim/clock").c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600)) {
    set(0);
  }
  /// In place and always as long, so that a reader in another thread sees one time or the other.
  void set(Nanoseconds t) const {
    const std::string text = fmt::format("scripted {:020}\n", t);
    if (pwrite(file_.get(), text.data(), text.size(), 0) < 0) std::abort();
  }

 private:
  Descriptor file_;
};

}  // namespace joulemark::sensors
