// SPDX-License-Identifier: Apache-2.0
// Processor time of one thread.
#pragma once

#include "base/clock.h"

namespace joulemark {

/// Processor time that the calling thread has used, in nanoseconds (CLOCK_THREAD_CPUTIME_ID). Other
/// than monotonic_now() it stands still while others run; never fails.
Nanoseconds thread_cpu_time();

}  // namespace joulemark
