// SPDX-License-Identifier: Apache-2.0
// Lets the threads that a library starts inherit all CPUs of the trial instead of the caller's one.
#pragma once

#include <sched.h>

#include <cstdint>
#include <vector>

namespace joulemark::plugin {

/// While it lives, the calling thread may run on every CPU of `cpus`; then on those as before. A
/// thread inherits the mask of the thread that starts it, and the worker has bound its own to one
/// CPU. Does nothing when `cpus` is empty or the system refuses.
class WideAffinity {
 public:
  explicit WideAffinity(const std::vector<std::int32_t>& cpus) {
    if (cpus.empty() || sched_getaffinity(0, sizeof before_, &before_) != 0) return;
    cpu_set_t wide;
    CPU_ZERO(&wide);
    for (const std::int32_t cpu : cpus)
      if (cpu >= 0 && cpu < CPU_SETSIZE) CPU_SET(static_cast<unsigned>(cpu), &wide);
    widened_ = sched_setaffinity(0, sizeof wide, &wide) == 0;
  }
  ~WideAffinity() {
    if (widened_) sched_setaffinity(0, sizeof before_, &before_);
  }
  WideAffinity(const WideAffinity&) = delete;
  WideAffinity& operator=(const WideAffinity&) = delete;

 private:
  cpu_set_t before_{};
  bool widened_ = false;
};

}  // namespace joulemark::plugin
