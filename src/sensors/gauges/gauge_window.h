// SPDX-License-Identifier: Apache-2.0
// The energy of a window out of the readings of a power, with what they leave open.
#pragma once

#include <optional>

#include "base/clock.h"
#include "sensors/gauges/power_integral.h"

namespace joulemark::sensors {

/// How the readings of a gauge come about.
struct GaugeTiming {
  double average_s = 0;     ///< a reading is the mean of this time before its update; 0: an instant
  double update_s = 0;      ///< between two updates
  double unsure_s = 0;      ///< by which it may be the mean of more
  bool is_guessed = false;  ///< nobody tells; it is as long at most

  /// A reading tells nothing of what was longer ago.
  [[nodiscard]] double memory_s() const { return average_s + update_s + unsure_s; }
};

struct GaugeWindow {
  Nanoseconds begin = 0;
  Nanoseconds end = 0;
  /// Between samples that are further apart nobody knows the power, seconds.
  double longest_step_s = 0;
};

struct GaugeEnergy {
  double joules = 0;
  /// Standard uncertainty of what lies between the samples, of the edges and of the readings'
  /// steps. What a gauge never looks at, and the calibration, are not in it.
  double uncertainty_j = 0;
};

/// A reading is a mean of the past, so what was drawn inside a window is in the readings up to
/// `memory_s` after its end: where there are samples until then, they are integrated so far, and
/// what those near the edges tell of the time outside of the window is taken off. It is exact for a
/// power that changes at the edges only. Without such samples, or where that would take off more
/// than there is, the readings stand for the present, and the uncertainty is that much larger.
///
/// Empty where samples do not cover the window, or are too far apart.
std::optional<GaugeEnergy> energy_of_window(const PowerIntegral& integral,
                                            const GaugeTiming& timing, const GaugeWindow& window);

}  // namespace joulemark::sensors
