// SPDX-License-Identifier: Apache-2.0
#include "run/measured_command.h"

#include <sys/wait.h>

#include <algorithm>

#include "base/clock_watch.h"
#include "run/held_process.h"
#include "sensors/ledger.h"
#include "sensors/sampling/process.h"
#include "sensors/sampling/sampler.h"
#include "sensors/window/window_watch.h"

namespace joulemark::run {
namespace {

/// A signal that comes just before the wait is noticed after this long.
constexpr double kLongestWaitS = 1;
/// A command that was asked to end is asked again.
constexpr double kPatienceS = 5;

/// What a held process touches besides until it is replaced, and what the kernel's counts per
/// processor are off by.
constexpr std::int64_t kBeginBytes = 4 << 20;

double seconds_of(const timeval& time) {
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) * 1e-6;
}

/// `floor_bytes` is what the process had before it began: the kernel counts that to its peak.
Resources resources_of(const rusage& usage, std::int64_t floor_bytes) {
  constexpr std::int64_t kBytesPerKib = 1024;
  Resources resources;
  resources.cpu_user_s = seconds_of(usage.ru_utime);
  resources.cpu_system_s = seconds_of(usage.ru_stime);
  resources.cpu_s = *resources.cpu_user_s + *resources.cpu_system_s;
  const std::int64_t peak_bytes = usage.ru_maxrss * kBytesPerKib;
  if (peak_bytes > floor_bytes) resources.peak_rss_bytes = peak_bytes;
  resources.minor_faults = usage.ru_minflt;
  resources.major_faults = usage.ru_majflt;
  resources.voluntary_switches = usage.ru_nvcsw;
  resources.involuntary_switches = usage.ru_nivcsw;
  return resources;
}

/// The process took its own counts with it; wait4 has them, in blocks of 512 bytes.
void add_blocks(WindowFacts& facts, const rusage& usage) {
  constexpr double kBlockBytes = 512;
  facts[WindowFact::kReadBytes] = {kBlockBytes * static_cast<double>(usage.ru_inblock), ""};
  facts[WindowFact::kWrittenBytes] = {kBlockBytes * static_cast<double>(usage.ru_oublock), ""};
}

void await_end(HeldProcess& process, const std::atomic<bool>& stop) {
  bool asked = false;
  double waited_s = 0;
  while (!process.has_ended_within(kLongestWaitS)) {
    if (!stop) continue;
    if (!asked || waited_s >= kPatienceS) {
      process.terminate();
      waited_s = 0;
    }
    asked = true;
    waited_s += kLongestWaitS;
  }
}

}  // namespace

Result<CommandRun> run_command(const std::vector<std::string>& words,
                               const CommandContext& context) {
  auto process = HeldProcess::create(words, context.output);
  if (!process) return fail(process.error());
  sensors::Sampler keep_alive(context.sensors, {.hz = 0});
  if (auto started = keep_alive.start(); !started) return fail(started.error());
  CommandRun run;
  const auto held = sensors::read_process("/", process->pid());
  const std::int64_t floor_bytes = (held ? held->peak_rss_bytes.value_or(0) : 0) + kBeginBytes;
  const sensors::WindowWatch watch(context.root, process->pid());
  const sensors::Readings begin = sensors::read_fresh(context.sensors);
  const ClockReading clocks = read_clocks();
  run.t0_ns = monotonic_now();
  if (auto released = process->release(); !released) return fail(released.error());
  await_end(*process, context.stop);
  run.t1_ns = monotonic_now();
  const sensors::Readings end = sensors::read_all(context.sensors);
  const ClockChange clock_change = change_between(clocks, read_clocks());
  WindowFacts facts = watch.end();
  facts[WindowFact::kSuspended] = {clock_change.suspended_s, ""};
  facts[WindowFact::kClockStep] = {clock_change.stepped_s, ""};
  // While one sensor is read on behind the window, the others are as well.
  run.energy = sensors::measure_between(context.sensors, begin, end, context.statuses);
  keep_alive.stop();
  sensors::add_cost(facts, keep_alive.cost());
  const auto ended = process->wait();
  if (!ended) return fail(ended.error());
  run.signal = WIFSIGNALED(ended->status) ? WTERMSIG(ended->status) : 0;
  run.exit_status = WIFEXITED(ended->status) ? WEXITSTATUS(ended->status) : 0;
  run.resources = resources_of(ended->usage, floor_bytes);
  run.resources.facts = std::move(facts);
  add_blocks(run.resources.facts, ended->usage);
  if (context.estimate_for != nullptr)
    run.estimate = sensors::estimate_energy(
        *context.estimate_for, {.seconds = run.seconds(), .cpu_s = run.resources.cpu_s});
  return run;
}

std::optional<IdlePower> measure_idle(double seconds, const CommandContext& context) {
  SystemClock clock;
  sensors::Sampler keep_alive(context.sensors, {.hz = 0});
  if (!keep_alive.start()) return std::nullopt;
  const sensors::Readings begin = sensors::read_fresh(context.sensors);
  const Nanoseconds t0 = monotonic_now();
  const Nanoseconds deadline = t0 + to_nanoseconds(seconds);
  constexpr Nanoseconds kStep = 50'000'000;
  while (!context.stop && monotonic_now() < deadline)
    clock.sleep_until(std::min(deadline, monotonic_now() + kStep));
  const double length_s = to_seconds(monotonic_now() - t0);
  const sensors::Readings end = sensors::read_all(context.sensors);
  if (context.stop) return std::nullopt;
  const auto energies = sensors::measure_between(context.sensors, begin, end, context.statuses);
  keep_alive.stop();
  const Energy& total = energies.back();
  if (!total.joules) return std::nullopt;
  return IdlePower{*total.joules / length_s, total.uncertainty_j.value_or(0) / length_s};
}

}  // namespace joulemark::run
