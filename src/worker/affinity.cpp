// SPDX-License-Identifier: Apache-2.0
// sched_getaffinity tells what is allowed here, containers included.
#include "worker/affinity.h"

#include <fmt/format.h>
#include <sched.h>

#include <cerrno>

namespace joulemark::worker {

Outcome<void> bind_to_first(std::span<const std::int32_t> cpus) {
  if (cpus.empty()) return {};
  cpu_set_t allowed;
  CPU_ZERO(&allowed);
  sched_getaffinity(0, sizeof allowed, &allowed);
  for (const std::int32_t cpu : cpus) {
    if (cpu >= 0 && cpu < CPU_SETSIZE && CPU_ISSET(static_cast<std::size_t>(cpu), &allowed))
      continue;
    return fail(JM_INVALID_ARGUMENT,
                fmt::format("cannot bind to CPU {}: this process may not run on it; {} CPUs are "
                            "allowed here",
                            cpu, CPU_COUNT(&allowed)));
  }
  cpu_set_t first;
  CPU_ZERO(&first);
  CPU_SET(static_cast<std::size_t>(cpus[0]), &first);
  if (sched_setaffinity(0, sizeof first, &first) == 0) return {};
  return fail(JM_FAILED, fmt::format("cannot bind to CPU {}: {}", cpus[0], errno_text(errno)));
}

}  // namespace joulemark::worker
