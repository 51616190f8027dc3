// SPDX-License-Identifier: Apache-2.0
// The sampler: a thread that wakes on a fixed time grid and records gauges for the time line.
#pragma once

#include <filesystem>
#include <memory>
#include <vector>

#include "base/error.h"
#include "joulemark/sensor.h"

namespace joulemark::sensors {

struct SamplerOptions {
  double hz = 10;                    ///< samples a second; 0: only keeps the counters read
  std::filesystem::path root = "/";  ///< where /proc and /sys are
  int pid = 0;                       ///< the worker, for "worker rss" and "worker cpu"; 0: none yet
  /// CPUs that the thread may run on: those that the worker does not use; empty: any.
  std::vector<int> cpus = {};
};

/// All threads of a sampler together.
struct SamplerCost {
  double cpu_s = 0;      ///< processor time
  double sampled_s = 0;  ///< from the start to the stop; 0: no thread was needed
  long long ticks = 0;
  long long missed_ticks = 0;  ///< skipped because a thread was late
};

/// Samples from its own thread between start and stop. Its ticks lie in the periods of an absolute
/// grid, at a random moment of each (TickGrid), so they do not drift and see no load at the same
/// part of its own period; ticks that were missed are counted and never made up for in a burst.
/// Every counter is read often enough that no wrap is missed, whatever `hz` is. A sensor that is
/// slow to ask (Sensor::sample_interval_s), or has to be read more often than the others, has a
/// thread of its own. Once every line has a sample, a tick allocates nothing: its system calls are
/// one poll and the reads.
///
/// Series: "<scope> power" (W, derived from the counters, at the middle of each interval),
/// what sensors say besides (Sensor::gauges), "worker rss" (bytes), "worker cpu" (%, 100 is one
/// core), and the machine's gauges that can be read ("cpu frequency" in MHz, "cpu temperature" in
/// °C). A value that cannot be read leaves a hole, never a 0; a series without samples is left out.
class Sampler {
 public:
  /// `sensors` must outlive the sampler; they are read from its thread.
  Sampler(const std::vector<std::unique_ptr<Sensor>>& sensors, SamplerOptions options);
  ~Sampler();
  Sampler(const Sampler&) = delete;
  Sampler& operator=(const Sampler&) = delete;

  /// Starts the thread; the first sample is taken at once. Call once.
  Status start();
  /// From now on the worker is `pid` (0: none). May be called while it runs.
  void watch(int pid);
  /// Ends the thread at once and hands the time lines over. Without a start: nothing.
  std::vector<Series> stop();
  /// What sampling cost. After stop.
  [[nodiscard]] SamplerCost cost() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace joulemark::sensors
