// SPDX-License-Identifier: Apache-2.0
// Tells whether the kernel killed a process for memory.
#pragma once

#include <cstdint>
#include <filesystem>

namespace joulemark::run {

/// Remembers the kernel's count of processes that it killed for memory: of our cgroup (v2), or of
/// the machine where the cgroup does not tell.
class MemoryWatch {
 public:
  explicit MemoryWatch(std::filesystem::path root);
  /// Whether the count has risen since the construction.
  [[nodiscard]] bool has_killed() const;

 private:
  std::filesystem::path root_;
  std::int64_t before_;
};

}  // namespace joulemark::run
