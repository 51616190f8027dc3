// SPDX-License-Identifier: Apache-2.0
// What sampling costs on this machine: the latency of a fixed piece of work with the sampler on and
// off, in turns.
#pragma once

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <vector>

#include "base/error.h"
#include "joulemark/sensor.h"
#include "stats/interval.h"

namespace joulemark::run {

struct SelfCheckOptions {
  double seconds = 14;     ///< about as long as it takes; at least two pairs of blocks are measured
  double hz = 10;          ///< of the sampler
  std::uint64_t seed = 1;  ///< of the order within each pair
  std::filesystem::path root = "/";  ///< of the machine's /proc and /sys
};

struct SelfCheck {
  double hz = 0;
  std::size_t pairs = 0;  ///< of a block with the sampler and one without
  double block_s = 0;
  double latency_off_s = 0;  ///< of the work: mean within a block, median over blocks
  double latency_on_s = 0;
  /// (on − off) / off: the Hodges–Lehmann estimate over the pairs' logarithms, and its 95 %
  /// interval where there are pairs enough.
  stats::Interval change;
  /// CPU seconds of the sampler's threads by seconds of sampling.
  double sampler_cores = 0;
  long long ticks = 0;   ///< samples taken in all blocks with the sampler
  long long missed = 0;  ///< ticks that were skipped
};

/// Works in the calling thread. Empty when `stop` was set. kMachine where no sampler can start.
Result<std::optional<SelfCheck>> check_sampling(const std::vector<std::unique_ptr<Sensor>>& sensors,
                                                const SelfCheckOptions& options,
                                                const std::atomic<bool>& stop);

}  // namespace joulemark::run
