// SPDX-License-Identifier: Apache-2.0
// From open counters to a sensor and the rows of its scopes.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "sensors/catalog.h"
#include "sensors/counters/counter_sensor.h"

namespace joulemark::sensors {

/// The open counters of one row of the sensor table; not empty.
struct CounterSet {
  const char* name;
  std::vector<Counter> counters;
  Clock* clock = nullptr;
  std::string remedy = {};  ///< for a counter that does not count
};

/// What a usable row says of counter `index`.
using DescribeCounter = std::function<std::string(std::size_t index, const Cadence& cadence)>;

/// Calibrates a sensor of the counters and adds it to `found`, with a row for each of them: what
/// `describe` says, or that it is the mirror of another. A counter that does not count, or shows
/// what cannot be, is left out with its reason (counter_look.h), so that another sensor may read
/// its scope.
void add_counters(CounterSet set, const DescribeCounter& describe, Discovered& found);

/// "updated every 0.98 ms", or that this was not seen.
std::string cadence_text(const Cadence& cadence);

}  // namespace joulemark::sensors
