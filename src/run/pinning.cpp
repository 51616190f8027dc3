// SPDX-License-Identifier: Apache-2.0
// sched_setaffinity as a scope.
#include "run/pinning.h"

namespace joulemark::run {

KeepOff::KeepOff(const std::vector<int>& worker_cpus) {
  cpu_set_t allowed;
  if (worker_cpus.empty() || ::sched_getaffinity(0, sizeof allowed, &allowed) != 0) return;
  cpu_set_t rest = allowed;
  for (const int cpu : worker_cpus)
    if (cpu >= 0 && cpu < CPU_SETSIZE) CPU_CLR(cpu, &rest);
  if (CPU_COUNT(&rest) == 0 || CPU_EQUAL(&rest, &allowed)) return;
  if (::sched_setaffinity(0, sizeof rest, &rest) == 0) previous_ = allowed;
}

KeepOff::~KeepOff() {
  if (previous_) ::sched_setaffinity(0, sizeof *previous_, &*previous_);
}

}  // namespace joulemark::run
