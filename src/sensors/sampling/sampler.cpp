// SPDX-License-Identifier: Apache-2.0
// A tick is one poll, which the end of sampling wakes too, and the reads.
#include "sensors/sampling/sampler.h"

#include <fmt/format.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstdint>
#include <deque>
#include <thread>

#include "base/clock.h"
#include "base/descriptor.h"
#include "base/thread_time.h"
#include "sensors/sampling/recorder.h"
#include "sensors/sampling/tick_grid.h"

namespace joulemark::sensors {
namespace {

/// Nothing is updated faster, and a thread that never sleeps would disturb what it watches.
constexpr double kMaxHz = 1000;

timespec to_timespec(Nanoseconds ns) {
  return {static_cast<time_t>(ns / kNanosecondsPerSecond),
          static_cast<long>(ns % kNanosecondsPerSecond)};
}

/// A sensor that is slow to ask has a least time between two reads, which ticks at random moments
/// would not keep.
constexpr double kSlowDither = 0.1;
/// A power is told of half a period at least.
constexpr double kLeastPowerPart = 0.5;

bool is_slow(const Sensor& sensor) {
  return sensor.sample_interval_s() > 0;
}

/// Has to be read more often than the others.
bool is_eager(const Sensor& sensor, double hz) {
  const double longest = sensor.max_read_interval_s();
  return !is_slow(sensor) && longest > 0 && longest * (hz > 0 ? hz : 1) < 1;
}

/// Seconds between ticks of one thread: as asked for, or sooner where a counter would wrap unseen,
/// or later where a sensor is slow; 0: no ticks.
double tick_period_s(const std::vector<Sensor*>& sensors, double hz) {
  double period = hz > 0 ? 1 / std::min(hz, kMaxHz) : 0;
  for (const Sensor* sensor : sensors) {
    const double longest = std::max(sensor->max_read_interval_s(), sensor->sample_interval_s());
    if (longest > 0) period = period > 0 ? std::min(period, longest) : longest;
  }
  for (const Sensor* sensor : sensors) period = std::max(period, sensor->sample_interval_s());
  return period;
}

double dither_of(const std::vector<Sensor*>& sensors) {
  const bool slow = std::any_of(sensors.begin(), sensors.end(),
                                [](const Sensor* sensor) { return is_slow(*sensor); });
  return slow ? kSlowDither : kFullDither;
}

/// The thread is for waiting; signals are for the main thread.
void block_signals() {
  sigset_t all;
  sigfillset(&all);
  pthread_sigmask(SIG_BLOCK, &all, nullptr);
}

/// Best effort: a CPU that is not allowed is no reason not to sample.
void run_on(const std::vector<int>& cpus) {
  cpu_set_t set;
  CPU_ZERO(&set);
  for (const int cpu : cpus)
    if (cpu >= 0 && cpu < CPU_SETSIZE) CPU_SET(cpu, &set);
  if (CPU_COUNT(&set) > 0) pthread_setaffinity_np(pthread_self(), sizeof set, &set);
}

}  // namespace

/// A thread and what it asks. The first asks the machine and all sensors that keep its pace, each
/// other one a sensor that does not.
struct Lane {
  Lane(const std::vector<Sensor*>& asked, const SamplerOptions& options)
      : period_s(tick_period_s(asked, options.hz)),
        dither(dither_of(asked)),
        recorder(asked, {options.root, kLeastPowerPart * period_s}) {}

  double period_s;
  double dither;
  Recorder recorder;  ///< the thread's while it runs, as what follows
  enum class Covers { kSensors, kMachineToo } covers = Covers::kSensors;
  SamplerCost cost = {};
  std::thread thread = {};
};

struct Sampler::State {
  State(const std::vector<std::unique_ptr<Sensor>>& sensors, SamplerOptions chosen)
      : options(std::move(chosen)), pid(options.pid) {
    std::vector<Sensor*> common;
    std::vector<Sensor*> own;
    for (const auto& sensor : sensors)
      (is_slow(*sensor) || is_eager(*sensor, options.hz) ? own : common).push_back(sensor.get());
    lanes.emplace_back(common, options).covers = Lane::Covers::kMachineToo;
    for (Sensor* sensor : own) lanes.emplace_back(std::vector<Sensor*>{sensor}, options);
  }

  void tick(Lane& lane) const {
    if (options.hz <= 0) return lane.recorder.keep_alive();
    const Nanoseconds now = monotonic_now();
    lane.recorder.sample_sensors(now);
    if (lane.covers == Lane::Covers::kMachineToo) lane.recorder.sample_machine(now, pid.load());
  }

  /// Sleeps until `deadline`; false when sampling is over.
  [[nodiscard]] bool wait_until(Nanoseconds deadline) const {
    pollfd event{ending.get(), POLLIN, 0};
    for (;;) {
      const Nanoseconds left = std::max<Nanoseconds>(0, deadline - monotonic_now());
      const timespec timeout = to_timespec(left);
      const int ready = ppoll(&event, 1, &timeout, nullptr);
      if (ready == 0) return true;
      if (ready > 0 || errno != EINTR) return false;
    }
  }

  void run(Lane& lane) const {
    block_signals();
    run_on(options.cpus);
    TickGrid grid(monotonic_now(), to_nanoseconds(lane.period_s), lane.dither);
    while (wait_until(grid.next(monotonic_now()))) {
      tick(lane);
      ++lane.cost.ticks;
    }
    lane.cost.missed_ticks = grid.missed();
    lane.cost.cpu_s = to_seconds(thread_cpu_time());
  }

  Status start(Lane& lane) {
    try {
      lane.thread = std::thread([this, &lane] { run(lane); });
    } catch (const std::system_error& error) {
      return fail(ErrorKind::kMachine,
                  fmt::format("cannot start the sampler's thread: {}; raise the limit of processes",
                              error.what()));
    }
    return {};
  }

  SamplerOptions options;
  std::atomic<int> pid;
  std::deque<Lane> lanes;  ///< whose places do not change
  Descriptor ending;
  Nanoseconds started = 0;
  double sampled_s = 0;
};

Sampler::Sampler(const std::vector<std::unique_ptr<Sensor>>& sensors, SamplerOptions options)
    : state_(std::make_unique<State>(sensors, std::move(options))) {}

Sampler::~Sampler() {
  stop();
}

Status Sampler::start() {
  state_->started = monotonic_now();
  state_->ending.reset(eventfd(0, EFD_CLOEXEC));
  if (state_->ending.get() < 0)
    return fail(ErrorKind::kMachine,
                fmt::format("cannot start the sampler: {}; raise the limit of open files",
                            errno_text(errno)));
  for (Lane& lane : state_->lanes)
    if (lane.period_s > 0)
      if (auto started = state_->start(lane); !started) return started;
  return {};
}

void Sampler::watch(int pid) {
  state_->pid.store(pid);
}

std::vector<Series> Sampler::stop() {
  std::vector<Series> all;
  const std::uint64_t one = 1;
  while (state_->ending.get() >= 0 && write(state_->ending.get(), &one, sizeof one) < 0 &&
         errno == EINTR) {
  }
  for (Lane& lane : state_->lanes) {
    if (!lane.thread.joinable()) continue;
    lane.thread.join();
    state_->sampled_s = to_seconds(monotonic_now() - state_->started);
    for (Series& series : lane.recorder.take()) all.push_back(std::move(series));
  }
  return all;
}

SamplerCost Sampler::cost() const {
  SamplerCost sum;
  sum.sampled_s = state_->sampled_s;
  for (const Lane& lane : state_->lanes) {
    sum.cpu_s += lane.cost.cpu_s;
    sum.ticks += lane.cost.ticks;
    sum.missed_ticks += lane.cost.missed_ticks;
  }
  return sum;
}

}  // namespace joulemark::sensors
