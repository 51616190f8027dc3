// SPDX-License-Identifier: Apache-2.0
// Counters of the kernel's perf events: one of the real kernel, or of a simulated machine's files.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <tl/expected.hpp>

#include "sensors/counters/counter_source.h"

namespace joulemark::sensors {

/// One system-wide event on one processor.
struct PerfEvent {
  std::string name;          ///< "energy-pkg"
  std::uint32_t type = 0;    ///< of the PMU
  std::uint64_t config = 0;  ///< of the event
  int cpu = 0;
};

/// The error is an errno.
using OpenedCounter = tl::expected<std::unique_ptr<CounterSource>, int>;
using OpenPerfCounter = std::function<OpenedCounter(const PerfEvent&)>;

/// perf_event_open of this machine, counting from 0.
OpenedCounter open_kernel_event(const PerfEvent& event);

/// Eight bytes, little-endian, in the file `root`/sim/perf/NAME-cpuN of a simulated machine, which
/// changes them in place. ENOENT without such a file.
OpenedCounter open_simulated_event(const std::filesystem::path& root, const PerfEvent& event);

}  // namespace joulemark::sensors
