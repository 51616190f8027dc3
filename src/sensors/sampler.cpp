// SPDX-License-Identifier: Apache-2.0
// A timerfd keeps the grid: it fires at absolute times and counts what was missed by itself.
#include "sensors/sampler.h"

#include <fmt/format.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstdint>
#include <deque>
#include <numeric>
#include <thread>

#include "base/clock.h"
#include "base/descriptor.h"
#include "sensors/recorder.h"

namespace joulemark::sensors {
namespace {

/// Nothing is updated faster, and a thread that never sleeps would disturb what it watches.
constexpr double kMaxHz = 1000;

timespec to_timespec(Nanoseconds ns) {
  return {static_cast<time_t>(ns / kNanosecondsPerSecond),
          static_cast<long>(ns % kNanosecondsPerSecond)};
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

/// A thread and what it asks. The first asks all fast sensors and the machine, each other one a
/// slow sensor.
struct Lane {
  Lane(std::vector<Sensor*> asked, const SamplerOptions& options)
      : period_s(tick_period_s(asked, options.hz)), recorder(std::move(asked), options.root) {}

  double period_s;
  Recorder recorder;  ///< the thread's while it runs
  enum class Covers { kSensors, kMachineToo } covers = Covers::kSensors;
  long long missed = 0;
  Descriptor timer = {};
  std::thread thread = {};
};

struct Sampler::State {
  State(const std::vector<std::unique_ptr<Sensor>>& sensors, SamplerOptions chosen)
      : options(std::move(chosen)), pid(options.pid) {
    std::vector<Sensor*> fast;
    for (const auto& sensor : sensors)
      if (sensor->sample_interval_s() <= 0) fast.push_back(sensor.get());
    lanes.emplace_back(std::move(fast), options).covers = Lane::Covers::kMachineToo;
    for (const auto& sensor : sensors)
      if (sensor->sample_interval_s() > 0)
        lanes.emplace_back(std::vector<Sensor*>{sensor.get()}, options);
  }

  void tick(Lane& lane) const {
    if (options.hz <= 0) return lane.recorder.keep_alive();
    const Nanoseconds now = monotonic_now();
    lane.recorder.sample_sensors(now);
    if (lane.covers == Lane::Covers::kMachineToo) lane.recorder.sample_machine(now, pid.load());
  }

  void run(Lane& lane) const {
    block_signals();
    run_on(options.cpus);
    pollfd events[2] = {{ending.get(), POLLIN, 0}, {lane.timer.get(), POLLIN, 0}};
    for (;;) {
      if (poll(events, 2, -1) < 0 && errno != EINTR) return;
      if (events[0].revents != 0) return;
      std::uint64_t expired = 0;
      if (events[1].revents == 0 ||
          read(lane.timer.get(), &expired, sizeof expired) != sizeof expired)
        continue;
      lane.missed += static_cast<long long>(expired) - 1;
      tick(lane);
    }
  }

  /// Threads that are started wait for the first of their ticks, or for `ending`.
  Status start(Lane& lane) {
    lane.timer.reset(timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC));
    const itimerspec grid{to_timespec(to_nanoseconds(lane.period_s)), to_timespec(monotonic_now())};
    if (lane.timer.get() < 0 ||
        timerfd_settime(lane.timer.get(), TFD_TIMER_ABSTIME, &grid, nullptr) != 0)
      return fail(ErrorKind::kMachine,
                  fmt::format("cannot start the sampler: {}; raise the limit of open files",
                              errno_text(errno)));
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
};

Sampler::Sampler(const std::vector<std::unique_ptr<Sensor>>& sensors, SamplerOptions options)
    : state_(std::make_unique<State>(sensors, std::move(options))) {}

Sampler::~Sampler() {
  stop();
}

Status Sampler::start() {
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
    for (Series& series : lane.recorder.take()) all.push_back(std::move(series));
  }
  return all;
}

long long Sampler::missed_ticks() const {
  return std::accumulate(state_->lanes.begin(), state_->lanes.end(), 0LL,
                         [](long long sum, const Lane& lane) { return sum + lane.missed; });
}

}  // namespace joulemark::sensors
