// SPDX-License-Identifier: Apache-2.0
// What this machine can do at the most: float32 arithmetic and reading memory, on all CPUs at once.
#pragma once

#include <cstddef>

#include "worker/failure.h"

namespace joulemark::worker {

struct Ceilings {
  /// Multiplications and additions of float32 in a second, fused ones counted as two, with the
  /// widest vectors that the processor has.
  double flops_per_s = 0;
  /// Bytes read in a second from buffers that no cache holds.
  double bytes_per_s = 0;
};

/// The best of several runs of some milliseconds, with a thread for each CPU that this process may
/// use. `buffer_bytes` (of all threads) should be several times the last cache. Takes about a third
/// of a second. Fails where there are no threads or no memory to be had.
Outcome<Ceilings> measure_ceilings(std::size_t buffer_bytes);

}  // namespace joulemark::worker
