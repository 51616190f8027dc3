// SPDX-License-Identifier: Apache-2.0
// Means, not medians, within a block: a tick delays few calls, and a median would not see them.
#include "run/self_check.h"

#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <ctime>

#include "base/clock.h"
#include "base/random.h"
#include "sensors/sampler.h"
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

double cpu_seconds(clockid_t clock) {
  timespec time{};
  clock_gettime(clock, &time);
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) * 1e-9;
}

/// CPU seconds of this process's other threads so far.
double cpu_of_others() {
  return cpu_seconds(CLOCK_PROCESS_CPUTIME_ID) - cpu_seconds(CLOCK_THREAD_CPUTIME_ID);
}

struct Block {
  double latency_s = 0;
  double others_s = 0;
  long long ticks = 0;
  long long missed = 0;
};

void work_for(double seconds, Work& work, Block& block) {
  const double others_before = cpu_of_others();
  const Nanoseconds t0 = monotonic_now();
  const Nanoseconds deadline = t0 + to_nanoseconds(seconds);
  std::int64_t calls = 0;
  while (monotonic_now() < deadline) {
    work.once();
    ++calls;
  }
  block.latency_s = to_seconds(monotonic_now() - t0) / static_cast<double>(calls);
  block.others_s = cpu_of_others() - others_before;
}

/// Every tick adds a sample to some time line.
long long longest_of(const std::vector<Series>& series) {
  std::size_t longest = 0;
  for (const Series& line : series) longest = std::max(longest, line.samples.size());
  return static_cast<long long>(longest);
}

/// All blocks of one check.
class Check {
 public:
  Check(const std::vector<std::unique_ptr<Sensor>>& sensors, const SelfCheckOptions& options)
      : sensors_(sensors), options_(options), block_s_(kTicksPerBlock / options.hz) {}

  Result<Block> with_sampler() {
    sensors::Sampler sampler(sensors_, {.hz = options_.hz, .root = options_.root, .pid = getpid()});
    if (auto started = sampler.start(); !started) return fail(started.error());
    wait();
    Block block;
    work_for(block_s_, work_, block);
    block.ticks = longest_of(sampler.stop());
    block.missed = sampler.missed_ticks();
    return block;
  }
  Block without_sampler() {
    wait();
    Block block;
    work_for(block_s_, work_, block);
    return block;
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
  double others_on_s = 0;
  double others_off_s = 0;
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
  const double total_s = check.block_s * static_cast<double>(check.pairs);
  check.sampler_cores = std::max(0.0, blocks.others_on_s - blocks.others_off_s) / total_s;
  return check;
}

Status add_on(Check& check, Blocks& blocks, SelfCheck& result) {
  const auto block = check.with_sampler();
  if (!block) return fail(block.error());
  blocks.on.push_back(block->latency_s);
  blocks.others_on_s += block->others_s;
  result.ticks += block->ticks;
  result.missed += block->missed;
  return {};
}

void add_off(Check& check, Blocks& blocks) {
  const Block block = check.without_sampler();
  blocks.off.push_back(block.latency_s);
  blocks.others_off_s += block.others_s;
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
    if (!on_first) add_off(check, blocks);
    if (auto added = add_on(check, blocks, result); !added) return fail(added.error());
    if (on_first) add_off(check, blocks);
    if (stop) return std::nullopt;
  }
  return summary_of(blocks, result);
}

}  // namespace joulemark::run
