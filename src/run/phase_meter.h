// SPDX-License-Identifier: Apache-2.0
// The energies of the phases around the window: the counters are read where one ends and the next
// one begins.
#pragma once

#include <memory>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "joulemark/result.h"
#include "sensors/ledger.h"

namespace joulemark::run {

/// The "total" of energies as the ledger makes them; without joules where there are none to rank.
Energy rankable_total(const std::vector<Energy>& energies);
/// That between two readings.
Energy rankable_total(const std::vector<std::unique_ptr<Sensor>>& sensors,
                      const sensors::Readings& begin, const sensors::Readings& end,
                      const std::vector<SensorStatus>& statuses);

/// Of one trial. The window itself has readings of its own, which wait for steps of the counters;
/// these take them as they are. Reads nothing where there is no sensor. Everything is borrowed.
class PhaseMeter {
 public:
  PhaseMeter(const std::vector<std::unique_ptr<Sensor>>& sensors,
             const std::vector<SensorStatus>& statuses, Clock& clock)
      : sensors_(sensors), statuses_(statuses), clock_(clock) {}

  /// A phase begins now.
  void begin();
  /// The phase ends now. Its energy is kept where it can be ranked.
  void end(Phase phase);
  /// What was kept, in the order of time.
  [[nodiscard]] std::vector<PhaseEnergy> take() { return std::move(energies_); }

 private:
  const std::vector<std::unique_ptr<Sensor>>& sensors_;
  const std::vector<SensorStatus>& statuses_;
  Clock& clock_;
  sensors::Readings begin_;
  Nanoseconds begin_ns_ = 0;
  std::vector<PhaseEnergy> energies_;
};

}  // namespace joulemark::run
