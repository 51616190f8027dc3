// SPDX-License-Identifier: Apache-2.0
#include "base/thread_time.h"

#include <ctime>

namespace joulemark {

Nanoseconds thread_cpu_time() {
  timespec used{};
  ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &used);
  return used.tv_sec * kNanosecondsPerSecond + used.tv_nsec;
}

}  // namespace joulemark
