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

/// Seconds between ticks: as asked for, or sooner where a counter would wrap unseen; 0: no ticks.
double tick_period_s(const std::vector<std::unique_ptr<Sensor>>& sensors, double hz) {
  double period = hz > 0 ? 1 / std::min(hz, kMaxHz) : 0;
  for (const auto& sensor : sensors) {
    const double longest = sensor->max_read_interval_s();
    if (longest > 0) period = period > 0 ? std::min(period, longest) : longest;
  }
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

struct Sampler::State {
  State(const std::vector<std::unique_ptr<Sensor>>& sensors, SamplerOptions chosen)
      : options(std::move(chosen)),
        period_s(tick_period_s(sensors, options.hz)),
        pid(options.pid),
        recorder(sensors, options.root) {}

  void tick() {
    if (options.hz > 0) {
      recorder.sample(monotonic_now(), pid.load());
    } else {
      recorder.keep_alive();
    }
  }

  void run() {
    block_signals();
    run_on(options.cpus);
    pollfd events[2] = {{ending.get(), POLLIN, 0}, {timer.get(), POLLIN, 0}};
    for (;;) {
      if (poll(events, 2, -1) < 0 && errno != EINTR) return;
      if (events[0].revents != 0) return;
      std::uint64_t expired = 0;
      if (events[1].revents == 0 || read(timer.get(), &expired, sizeof expired) != sizeof expired)
        continue;
      missed += static_cast<long long>(expired) - 1;
      tick();
    }
  }

  SamplerOptions options;
  double period_s;
  std::atomic<int> pid;
  Recorder recorder;  ///< the thread's while it runs
  long long missed = 0;
  Descriptor timer;
  Descriptor ending;
  std::thread thread;
};

Sampler::Sampler(const std::vector<std::unique_ptr<Sensor>>& sensors, SamplerOptions options)
    : state_(std::make_unique<State>(sensors, std::move(options))) {}

Sampler::~Sampler() {
  stop();
}

Status Sampler::start() {
  if (state_->period_s <= 0) return {};
  state_->timer.reset(timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC));
  state_->ending.reset(eventfd(0, EFD_CLOEXEC));
  const itimerspec grid{to_timespec(to_nanoseconds(state_->period_s)),
                        to_timespec(monotonic_now())};
  if (state_->timer.get() < 0 || state_->ending.get() < 0 ||
      timerfd_settime(state_->timer.get(), TFD_TIMER_ABSTIME, &grid, nullptr) != 0)
    return fail(ErrorKind::kMachine,
                fmt::format("cannot start the sampler: {}; raise the limit of open files",
                            errno_text(errno)));
  try {
    state_->thread = std::thread([state = state_.get()] { state->run(); });
  } catch (const std::system_error& error) {
    return fail(ErrorKind::kMachine,
                fmt::format("cannot start the sampler's thread: {}; raise the limit of processes",
                            error.what()));
  }
  return {};
}

void Sampler::watch(int pid) {
  state_->pid.store(pid);
}

std::vector<Series> Sampler::stop() {
  if (!state_->thread.joinable()) return {};
  const std::uint64_t one = 1;
  while (write(state_->ending.get(), &one, sizeof one) < 0 && errno == EINTR) {
  }
  state_->thread.join();
  return state_->recorder.take();
}

long long Sampler::missed_ticks() const {
  return state_->missed;
}

}  // namespace joulemark::sensors
