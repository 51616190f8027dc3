// SPDX-License-Identifier: Apache-2.0
// Reads the facts of a window at its two edges. The files are many and slow to read compared to
// energy counters, so this is done outside of their readings.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <vector>

#include "base/descriptor.h"
#include "joulemark/sensor.h"
#include "joulemark/window_fact.h"
#include "sensors/sampling/sampler.h"
#include "sensors/window/processor_time.h"
#include "sensors/window/window_sources.h"

namespace joulemark::sensors {

/// Of one process and one window. The process may have ended when `end` is called: what it took
/// with it is absent.
class WindowWatch {
 public:
  /// Reads the begin. A simulated machine has the machine's files below `root`; those of a process
  /// that is not listed there are the real ones.
  WindowWatch(const std::filesystem::path& root, int pid);
  /// Reads the end. Every fact of the table is in the answer, as a number or with a reason; those
  /// that only a time line or the sampler can tell are "not_sampled".
  [[nodiscard]] WindowFacts end() const;

 private:
  [[nodiscard]] Observation group_peak() const;
  WindowPlace place_;
  std::vector<EdgeValue> begin_;  ///< parallel to window_sources()
  ProcessorTime processors_;      ///< at the begin
  /// The group's memory.peak. Where the kernel lets it be reset (6.12), this descriptor's peak is
  /// that of the window.
  Descriptor peak_;
  bool peak_was_reset_ = false;
  std::optional<std::int64_t> peak_at_begin_;
};

/// Times on CLOCK_MONOTONIC between which samples are of the window.
struct SampleRange {
  std::int64_t t0_ns = 0;
  std::int64_t t1_ns = 0;
};

/// Takes from the time lines what edges cannot tell: the mean frequency, and the highest
/// temperature, edges included.
void add_samples(WindowFacts& facts, const std::vector<Series>& series, const SampleRange& window);

/// What the sampler cost; where it had no thread that stays "not_sampled".
void add_cost(WindowFacts& facts, const SamplerCost& cost);

}  // namespace joulemark::sensors
