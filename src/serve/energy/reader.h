// SPDX-License-Identifier: Apache-2.0
// Reads the machine's counters, and cuts time where all of them have stepped.
#pragma once

#include <optional>
#include <string>

#include "sensors/catalog.h"
#include "sensors/ledger.h"
#include "serve/energy/timeline.h"

namespace joulemark::serve {

/// Used from one thread.
class EnergyReader {
 public:
  explicit EnergyReader(sensors::Discovered found);

  /// Why nothing can be measured here, and what to do; "" where something can.
  [[nodiscard]] std::string obstacle() const;
  /// Seconds between two readings: a tenth, or what the slowest counter takes to step.
  [[nodiscard]] double period_s() const;
  /// Reads every sensor. The span since the last one's end, if every counter has stepped in it:
  /// else it goes on, for at most ten periods, and then has a reason instead of joules.
  std::optional<EnergySpan> read();

 private:
  sensors::Discovered found_;
  sensors::Readings begin_;
  Nanoseconds begin_ns_ = 0;  ///< 0: nothing was read yet
};

}  // namespace joulemark::serve
