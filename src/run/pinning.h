// SPDX-License-Identifier: Apache-2.0
// Keeps our own threads off the CPUs of the worker.
#pragma once

#include <sched.h>

#include <optional>
#include <vector>

namespace joulemark::run {

/// While it lives, this thread and those that it starts run on the allowed CPUs that are not in
/// `worker_cpus`. Does nothing when `worker_cpus` is empty or no other CPU is allowed.
class KeepOff {
 public:
  explicit KeepOff(const std::vector<int>& worker_cpus);
  ~KeepOff();
  KeepOff(const KeepOff&) = delete;
  KeepOff& operator=(const KeepOff&) = delete;

 private:
  std::optional<cpu_set_t> previous_;
};

}  // namespace joulemark::run
