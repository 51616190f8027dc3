// SPDX-License-Identifier: Apache-2.0
// Whether a counter counts, and what can be, as the reads at discovery tell.
#pragma once

#include <cstddef>
#include <optional>
#include <string>

#include "joulemark/sensor.h"

namespace joulemark::sensors {

/// The longest time between two steps of a counter that is updated every `update_s`, by `step_j` or
/// more. 0 for a scope that may rest for as long as it likes: cores and built-in graphics sleep in
/// a package that does not, and accelerators where nobody works on them. 0 too where `update_s` is.
double steps_every_s(Domain domain, double update_s, double step_j);

/// What a look showed of one counter.
struct CounterLook {
  double steps_every_s = 0;  ///< at the longest while it counts; 0: it may rest, or nobody knows
  std::size_t steps = 0;     ///< seen
  std::size_t reads = 0;
  double hold_s = 0;       ///< the time for which it has shown its present value
  double joules = 0;       ///< by which it rose
  double seconds = 0;      ///< in which it did, one update more included
  double max_watts = 0;    ///< what it measures never draws more
  bool is_broken = false;  ///< it fell, or leapt
};

/// Whether the counter has stood still, for too short a time to tell, and half a second would do.
bool needs_longer(const CounterLook& look);

/// Why a counter is not used.
struct CounterFault {
  const char* reason;  ///< "frozen" or "implausible"
  std::string detail;
};

/// "frozen" for one that did not step in the time of five steps, for one may come late, and a
/// machine may be busy, nor in 50 reads, for the reader may be held up as well; a slow one gets the
/// benefit of a look that was too short. "implausible" for one that fell, or rose by more than
/// `max_watts`.
std::optional<CounterFault> fault_of(const CounterLook& look);

}  // namespace joulemark::sensors
