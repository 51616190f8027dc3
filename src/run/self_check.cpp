// SPDX-License-Identifier: Apache-2.0
// Means, not medians, within a block: a tick delays few calls, and a median would not see them.
#include "run/self_check.h"

#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <ctime>

#include "base/clock.h"
#include "base/random.h"
#include "sensors/sampling/sampler.h"
#include "stats/descriptive.h"
#include "stats/hodges_lehmann.h"

namespace joulemark::run {
namespace {

/// Whole ticks, so that every block holds as many of them, and few, so that pairs are close
/// together: what else changes on the machine changes slowly.
constexpr double kTicksPerBlock = 2;
constexpr std::size_t kLeastPairs = 2;
/// Parts of a tick's period between the sampler's start and the block's begin.
constexpr double kLead = 0.5;

/// Integer arithmetic over a buffer that a private cache holds: hundredths of a millisecond.
class Work {
 public:
  void once() {
    for (std::uint64_t& word : words_) {
      state_ = state_ * 6364136223846793005ULL + 1442695040888963407ULL;
      word ^= state_ >> 17;
    }
    result_ = words_[state_ % words_.size()];
  }

 private:
  std::vector<std::uint64_t> words_ = std::vector<std::uint64_t>(1 << 14);
  std::uint64_t state_ = 1;
  volatile std::uint64_t result_ = 0;  ///< so that no compiler leaves the work out
};

struct Block {
  double latency_s = 0;
  sensors::SamplerCost cost = {};
  double sampled_s = 0;  ///< from the sampler's start to its end
};

/// Mean seconds of a piece of work.
double latency_of(Work& work, double seconds) {
  const Nanoseconds t0 = monotonic_now();
  const Nanoseconds deadline = t0 + to_nanoseconds(seconds);
  std::int64_t calls = 0;
  while (monotonic_now() < deadline) {
    work.once();
    ++calls;
  }
  return to_seconds(monotonic_now() - t0) / static_cast<double>(calls);
}

/// All blocks of one check.
class Check {
 public:
  Check(const std::vector<std::unique_ptr<Sensor>>& sensors, const SelfCheckOptions& options)
      : sensors_(sensors), options_(options), block_s_(kTicksPerBlock / options.hz) {}

  Result<Block> with_sampler() {
    sensors::Sampler sampler(sensors_, {.hz = options_.hz, .root = options_.root, .pid = getpid()});
    const Nanoseconds t0 = monotonic_now();
    if (auto started = sampler.start(); !started) return fail(started.error());
    wait();
    Block block{.latency_s = latency_of(work_, block_s_)};
    sampler.stop();
    block.cost = sampler.cost();
    block.sampled_s = to_seconds(monotonic_now() - t0);
    return block;
  }
  double without_sampler() {
    wait();
    return latency_of(work_, block_s_);
  }
  [[nodiscard]] double block_s() const { return block_s_; }
  [[nodiscard]] std::size_t pairs() const {
    const double pair_s = 2 * (block_s_ + kLead / options_.hz);
    return std::max(kLeastPairs, static_cast<std::size_t>(options_.seconds / pair_s));
  }

 private:
  void wait() const {
    SystemClock clock;
    clock.sleep_until(clock.now() + to_nanoseconds(kLead / options_.hz));
  }
  const std::vector<std::unique_ptr<Sensor>>& sensors_;
  const SelfCheckOptions& options_;
  double block_s_;
  Work work_;
};

struct Blocks {
  std::vector<double> on, off;  ///< latencies
  double sampler_cpu_s = 0;
  double sampled_s = 0;
};

/// (1 + x) of a logarithm, less 1.
void to_change(stats::Interval& interval) {
  for (double* value : {&interval.estimate, &interval.lo, &interval.hi})
    *value = std::expm1(*value);
}

SelfCheck summary_of(const Blocks& blocks, SelfCheck check) {
  check.pairs = blocks.on.size();
  check.latency_on_s = stats::median(blocks.on);
  check.latency_off_s = stats::median(blocks.off);
  std::vector<double> on, off;
  for (const double latency : blocks.on) on.push_back(std::log(latency));
  for (const double latency : blocks.off) off.push_back(std::log(latency));
  check.change = stats::hodges_lehmann_paired(on, off);
  to_change(check.change);
  check.sampler_cores = blocks.sampler_cpu_s / blocks.sampled_s;
  return check;
}

Status add_on(Check& check, Blocks& blocks, SelfCheck& result) {
  const auto block = check.with_sampler();
  if (!block) return fail(block.error());
  blocks.on.push_back(block->latency_s);
  blocks.sampler_cpu_s += block->cost.cpu_s;
  blocks.sampled_s += block->sampled_s;
  result.ticks += block->cost.ticks;
  result.missed += block->cost.missed_ticks;
  return {};
}

}  // namespace

Result<std::optional<SelfCheck>> check_sampling(const std::vector<std::unique_ptr<Sensor>>& sensors,
                                                const SelfCheckOptions& options,
                                                const std::atomic<bool>& stop) {
  Check check(sensors, options);
  SelfCheck result;
  result.hz = options.hz;
  result.block_s = check.block_s();
  Blocks blocks;
  Random random(options.seed);
  // What the first calls find cold is of neither side.
  (void)check.without_sampler();
  for (std::size_t pair = 0; pair < check.pairs(); ++pair) {
    const bool on_first = random.below(2) == 0;
    if (!on_first) blocks.off.push_back(check.without_sampler());
    if (auto added = add_on(check, blocks, result); !added) return fail(added.error());
    if (on_first) blocks.off.push_back(check.without_sampler());
    if (stop) return std::nullopt;
  }
  return summary_of(blocks, result);
}

}  // namespace joulemark::run
