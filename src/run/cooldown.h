// SPDX-License-Identifier: Apache-2.0
// The rest before a trial: until the machine is as cool and quiet as it was before it worked.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <vector>

#include "base/clock.h"
#include "joulemark/result.h"
#include "joulemark/sensor.h"
#include "joulemark/window_fact.h"
#include "run/trial.h"
#include "sensors/ledger.h"
#include "sensors/window/machine_look.h"

namespace joulemark::run {

/// What is known of a machine at one moment, as far as it tells.
struct RestingState {
  std::optional<double> temperature_c = {};  ///< of its hottest part
  std::optional<double> watts = {};          ///< over the scopes of "total"
};

/// Seconds of the longest rest before a trial: as the protocol says, or 0 where the machine tells
/// neither temperature nor power.
double longest_rest(const Protocol& protocol, const std::filesystem::path& root,
                    const std::vector<std::unique_ptr<Sensor>>& sensors);

struct Rest {
  WindowFacts facts = {};  ///< those of cool-downs
  bool interrupted = false;
};

/// Of one experiment; the world is borrowed.
class Cooldown {
 public:
  Cooldown(const TrialWorld& world, double longest_s);

  /// Before the first worker: how the machine is now, in case that there is no bracket. Takes a
  /// second where there is a sensor of energy.
  void note_rest();

  /// Waits until the hottest temperature is no more than 2 °C above that of `bracket` (or what
  /// note_rest saw, of which it lacks), and the power no more than 5 % or 2 W above its power,
  /// whichever is more; as long as the longest rest allows. Does not wait where all of this holds
  /// at once. What is not known on either side holds. Where the machine tells neither, nothing is
  /// looked at and the facts are "absent".
  Rest rest(const std::optional<IdleBracket>& bracket);

 private:
  [[nodiscard]] Nanoseconds first_look() const;
  void begin_power();
  RestingState look();
  bool sleep_until(Nanoseconds end);

  const TrialWorld& world_;
  Nanoseconds longest_;
  sensors::MachineEye eye_;
  sensors::Readings readings_;
  Nanoseconds readings_at_ = 0;
  RestingState first_;
};

}  // namespace joulemark::run
