// SPDX-License-Identifier: Apache-2.0
// sensor_characteristics [--root FOLDER] [SECONDS [COMMAND…]]: how often each energy meter of this
// machine is updated, in which steps, how long a read takes, and how late it is, as a Markdown
// table. COMMAND is a load that prints a line when it begins to draw power; it is started after
// SECONDS (5) of rest, and ended so long after its line. Without it no lag is measured.
#include <fmt/format.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <map>
#include <string>
#include <vector>

#include "base/clock.h"
#include "sensors/catalog.h"
#include "sensors/meters/meter_trace.h"

extern char** environ;

namespace joulemark::bench {
namespace {

constexpr Nanoseconds kPollStep = 1'000'000;
constexpr double kUsualSeconds = 5;

using Traces = std::map<std::string, sensors::MeterTrace>;

/// Reads every sensor each millisecond for `seconds`.
void trace(const sensors::Discovered& found, double seconds, Traces& traces) {
  const Nanoseconds end = monotonic_now() + to_nanoseconds(seconds);
  SystemClock clock;
  while (clock.now() < end) {
    for (const auto& sensor : found.sensors)
      for (const CounterReading& reading : sensor->read()) traces[reading.scope].see(reading);
    clock.sleep_until(clock.now() + kPollStep);
  }
}

/// A command whose standard output is read.
struct Load {
  pid_t pid = -1;
  int output = -1;
};

Load start(char** command) {
  int ends[2];
  if (pipe(ends) != 0) return {};
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
  posix_spawn_file_actions_addclose(&actions, ends[0]);
  Load load{.output = ends[0]};
  if (posix_spawnp(&load.pid, command[0], &actions, nullptr, command, environ) != 0) load.pid = -1;
  posix_spawn_file_actions_destroy(&actions);
  close(ends[1]);
  return load;
}

/// When the load's first line came; 0 where it ended without one.
Nanoseconds await_line(const Load& load) {
  char letter = 0;
  while (read(load.output, &letter, 1) == 1)
    if (letter == '\n') return monotonic_now();
  return 0;
}

void stop(const Load& load) {
  kill(load.pid, SIGTERM);
  waitpid(load.pid, nullptr, 0);
  close(load.output);
}

std::string cell(std::optional<double> value, double factor) {
  return value ? fmt::format("{:.4g}", *value * factor) : "—";
}

void print(const sensors::Discovered& found, const Traces& traces, Nanoseconds changed) {
  fmt::print("| sensor | scope | period (ms) | step (J) | read (µs) | lag (ms) | what it is |\n");
  fmt::print("|---|---|---:|---:|---:|---:|---|\n");
  for (const SensorStatus& status : found.statuses) {
    const auto seen = traces.find(status.scope);
    if (!status.usable || seen == traces.end()) continue;
    const sensors::MeterTrace& meter = seen->second;
    fmt::print("| {} | {} | {} | {} | {} | {} | {} |\n", status.sensor, status.scope,
               cell(meter.period_s(), 1e3), cell(meter.step_j(), 1), cell(meter.read_s(), 1e6),
               cell(changed > 0 ? meter.lag_s(changed) : std::nullopt, 1e3), status.detail);
  }
}

int run(const std::string& root, double seconds, char** command) {
  const sensors::Discovered found = sensors::discover({.root = root});
  if (found.sensors.empty()) {
    fmt::print(stderr, "this machine has no energy meter; run 'joulemark doctor' for remedies\n");
    return 1;
  }
  Traces traces;
  trace(found, seconds, traces);
  Nanoseconds changed = 0;
  if (command != nullptr) {
    const Load load = start(command);
    changed = load.pid > 0 ? await_line(load) : 0;
    if (changed == 0) {
      fmt::print(stderr, "'{}' did not start, or printed no line\n", command[0]);
      return 1;
    }
    trace(found, seconds, traces);
    stop(load);
  }
  print(found, traces, changed);
  return 0;
}

}  // namespace
}  // namespace joulemark::bench

int main(int argc, char** argv) {
  int next = 1;
  std::string root = "/";
  if (argc > 2 && std::string(argv[1]) == "--root") {
    root = argv[2];
    next = 3;
  }
  const double seconds =
      next < argc ? std::strtod(argv[next], nullptr) : joulemark::bench::kUsualSeconds;
  if (!(seconds > 0)) {
    fmt::print(stderr, "sensor_characteristics [--root FOLDER] [SECONDS [COMMAND…]]\n");
    return 2;
  }
  return joulemark::bench::run(root, seconds, next + 1 < argc ? argv + next + 1 : nullptr);
}
