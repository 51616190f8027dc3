// SPDX-License-Identifier: Apache-2.0
// Who else computes on a board, whose energy is counted too.
#pragma once

#include <filesystem>
#include <memory>
#include <mutex>
#include <set>
#include <string>

#include "sensors/boards/nvml_device.h"

namespace joulemark::sensors {

/// Follows the processes that compute on one board and are not this one or begun by it. One whose
/// parents cannot be seen, for it is in another container or ours is, counts only if it was there
/// when the board was found. Thread-safe.
class NvmlSharing {
 public:
  /// Looks for the first time. `root` is where /proc is looked for.
  NvmlSharing(std::shared_ptr<NvmlDevice> device, std::filesystem::path root);

  /// Before a window and after it. Never inside one: the driver's list takes milliseconds, and its
  /// lock. `look` forgets who was there before.
  void look();
  void look_again();

  /// "shared_gpu: process 4711 computes on it too, and its energy is counted"; "" where nobody
  /// does.
  [[nodiscard]] std::string text() const;

 private:
  [[nodiscard]] std::set<unsigned> strangers() const;

  std::shared_ptr<NvmlDevice> device_;
  std::filesystem::path root_;
  std::set<unsigned> first_;  ///< those of the first look
  mutable std::mutex mutex_;
  std::set<unsigned> strangers_;  ///< guarded by mutex_
};

}  // namespace joulemark::sensors
