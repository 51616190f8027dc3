// SPDX-License-Identifier: Apache-2.0
// What time it is on the simulated machine.
#pragma once

#include <cstdint>
#include <filesystem>

#include "base/descriptor.h"

namespace simulated {

/// Nanoseconds since the machine began.
using Time = std::int64_t;

/// Follows the file `sim/clock` of a machine: "monotonic NS", where the machine began at NS of
/// CLOCK_MONOTONIC, or "scripted NS", where it is NS now and until the file says otherwise. Without
/// the file the machine begins with this object.
class MachineClock {
 public:
  explicit MachineClock(const std::filesystem::path& file);

  [[nodiscard]] Time now();
  /// Whether time passes while something waits.
  [[nodiscard]] bool is_real() const { return is_real_; }

 private:
  void read();
  joulemark::Descriptor file_;
  bool is_real_ = true;
  Time start_ = 0;  ///< or the scripted time
};

}  // namespace simulated
