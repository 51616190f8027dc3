// SPDX-License-Identifier: Apache-2.0
// The ledger: from counter readings at a window's edges to energies per scope and one total.
#pragma once

#include <memory>
#include <vector>

#include "joulemark/sensor.h"

namespace joulemark::sensors {

/// One reading of every sensor, in the sensors' order.
using Readings = std::vector<std::vector<CounterReading>>;

/// Reads every sensor once, those that are slow to ask at the end.
Readings read_all(const std::vector<std::unique_ptr<Sensor>>& sensors);

/// The first readings of a window: waits for the next step of every counter that is updated often,
/// a millisecond as a rule, and reads; those that are slow to ask before that.
Readings read_fresh(const std::vector<std::unique_ptr<Sensor>>& sensors);

/// The energies of the window between two readings: one per non-overlapping scope, and last exactly
/// one "total". `statuses` are those of `discover`: a scope that would count and cannot be read is
/// listed as absent with its reason. The total is the sum of the others, and its detail says what
/// it covers and what not. When a scope that can be read is absent in this window the total is
/// absent too: a sum without it would look like a saving. With no sensor the answer is one absent
/// total.
///
/// Where there are meters at the plug the total is theirs alone, and absent if one of them is; its
/// detail says so when the other scopes add up to more than they show.
///
/// Call it after the window: it reads the sensors on until their counters have stepped, 1 ms as a
/// rule, and for at most five update periods or 1 s where one has stalled.
std::vector<Energy> measure_between(const std::vector<std::unique_ptr<Sensor>>& sensors,
                                    const Readings& begin, const Readings& end,
                                    const std::vector<SensorStatus>& statuses);

/// The absent total alone: for a trial that has no window, `reason` as given by the caller.
Energy absent_total(std::string reason, std::string detail);

/// Standard uncertainty in joules of a counter's difference over a window, what it had not shown
/// yet at the edges apart (counter_edge.h); the square root of the sum of squares of its parts:
///  - quantisation: two uniform errors of one step: q/sqrt(6);
///  - time: each read happened somewhere inside its bracket: P·sqrt(a² + b²)/sqrt(12).
/// Those of one sensor's scopes of one device step together and err together, so they add up
/// linearly in a total; those of different devices and sensors in quadrature. The sensor's own
/// calibration is not in it (calibration.h): it is the same for all configurations.
struct EdgeError {
  double joules = 0;
  double resolution_j = 0;
};
double counter_uncertainty_j(const CounterReading& begin, const CounterReading& end,
                             const EdgeError& error);

}  // namespace joulemark::sensors
