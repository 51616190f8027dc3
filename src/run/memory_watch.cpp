// SPDX-License-Identifier: Apache-2.0
// memory.events of the cgroup, and oom_kill of /proc/vmstat.
#include "run/memory_watch.h"

#include <unistd.h>

#include <fstream>
#include <string>
#include <utility>

#include "sensors/sampling/process.h"

namespace joulemark::run {
namespace {

std::int64_t machine_kills(const std::filesystem::path& root) {
  std::ifstream vmstat(root / "proc/vmstat");
  std::string key;
  std::int64_t value = 0;
  while (vmstat >> key >> value)
    if (key == "oom_kill") return value;
  return 0;
}

std::int64_t kills(const std::filesystem::path& root) {
  const auto memory = sensors::read_cgroup_memory(root, ::getpid());
  return memory.oom_kills ? *memory.oom_kills : machine_kills(root);
}

}  // namespace

MemoryWatch::MemoryWatch(std::filesystem::path root)
    : root_(std::move(root)), before_(kills(root_)) {}

bool MemoryWatch::has_killed() const {
  return kills(root_) > before_;
}

}  // namespace joulemark::run
