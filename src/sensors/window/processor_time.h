// SPDX-License-Identifier: Apache-2.0
// What of a machine's processor time in a window went to others than what is measured.
#pragma once

#include <filesystem>
#include <optional>

#include "host/preflight/moment.h"
#include "joulemark/window_fact.h"

namespace joulemark::sensors {

/// Counters of a machine's processors at one moment.
struct ProcessorTime {
  std::optional<host::CpuTime> machine;
  /// Seconds of this program and of all that it has started, the worker among them; 0 on a machine
  /// that does not list it, such as a simulated one.
  double own_s = 0;
};
ProcessorTime read_processor_time(const std::filesystem::path& root);

/// Sets kSteal and kForeignCpu: seconds between two moments, or why they are not known.
///
/// The kernel counts in ticks of 10 ms, and gives each as a whole to what runs when it ends. A
/// number of ticks n is therefore a count of samples, whose standard deviation is √n / 2 at most:
/// foreign time of less than two of them is "below_resolution". So is less than a tick of stolen
/// time, where there ever was any.
void add_processor_time(WindowFacts& facts, const ProcessorTime& begin, const ProcessorTime& end);

}  // namespace joulemark::sensors
