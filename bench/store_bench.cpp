// SPDX-License-Identifier: Apache-2.0
// Writes and loads a store of 10,000 trials × 1,000 iterations, each step in a process of its own.
#include <fmt/format.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <functional>

#include "base/clock.h"
#include "base/random.h"
#include "store/store.h"

namespace joulemark::store {
namespace {

namespace fs = std::filesystem;

constexpr int kTrials = 10'000;
constexpr int kIterations = 1'000;
constexpr int kTrialsOnDisk = 200;

/// A trial as a real one looks: noisy durations, a time line of 100 samples, energies of a socket.
TrialRecord make_trial(Random& random, int index) {
  TrialRecord trial;
  trial.block = index / 10;
  trial.position = index % 10;
  trial.model = "model";
  trial.configuration.engine = "engine" + std::to_string(index % 10);
  trial.configuration.options = {{"spin", "off"}};
  trial.host = "0123456789abcdef";
  trial.phases = {{Phase::kLoad, 0, 1}, {Phase::kWarmup, 1, 2}, {Phase::kMeasure, 2, 3}};
  trial.energy = {{"package-0", "powercap", EnergyClass::kMeasured, 50.0, 0.1, {}, "", ""},
                  {"dram-0", "powercap", EnergyClass::kMeasured, 5.0, 0.1, {}, "", ""},
                  {"total", "powercap", EnergyClass::kMeasured, 55.0, 0.1, {}, "", "covers both"}};
  for (int i = 0; i < kIterations; ++i)
    trial.durations_ns.push_back(2'000'000 + static_cast<std::int64_t>(random.normal() * 20'000));
  Series power{"package-0 power", "W", {}};
  for (int i = 0; i < 100; ++i) power.samples.push_back({i * 100'000'000LL, random.normal()});
  trial.series.push_back(std::move(power));
  trial.effective_json = R"({"provider":"cpu","precision":"f32","threads":2})";
  return trial;
}

int write(const std::string& path, int trials) {
  auto store = Store::open(path, OpenMode::kReadWrite);
  if (!store) return 1;
  const auto id = store->create_experiment({}, "");
  if (!id) return 1;
  Random random(1);
  for (int i = 0; i < trials; ++i)
    if (!store->add_trial(*id, make_trial(random, i))) return 1;
  return 0;
}

int load(const std::string& path, Detail detail) {
  auto store = Store::open(path, OpenMode::kReadOnly);
  if (!store) return 1;
  const auto record = store->load(1, detail);
  return record && record->trials.size() == kTrials ? 0 : 1;
}

/// Runs `step` in a child and prints its time and its peak memory.
bool report(const std::string& name, const std::function<int()>& step) {
  const Nanoseconds start = monotonic_now();
  const pid_t child = fork();
  if (child == 0) _exit(step());
  int status = 0;
  rusage usage{};
  wait4(child, &status, 0, &usage);
  fmt::print("{:<44} {:7.2f} s {:7.1f} MB\n", name, to_seconds(monotonic_now() - start),
             static_cast<double>(usage.ru_maxrss) * 1024e-6);
  if (WIFEXITED(status) && WEXITSTATUS(status) == 0) return true;
  fmt::print(stderr, "{} failed\n", name);
  return false;
}

/// A folder in memory where there is one, so that a commit costs no disk.
fs::path make_folder(const fs::path& parent) {
  std::string name = (parent / "joulemark-bench-XXXXXX").string();
  if (mkdtemp(name.data()) == nullptr) std::abort();
  return name;
}

int run() {
  const fs::path memory =
      make_folder(fs::is_directory("/dev/shm") ? "/dev/shm" : fs::temp_directory_path());
  const fs::path disk = make_folder(fs::temp_directory_path());
  const std::string path = (memory / "bench.db").string();
  const std::string all = fmt::format("{} trials x {} iterations", kTrials, kIterations);
  bool good = report("write " + all, [&] { return write(path, kTrials); });
  if (good)
    fmt::print("{:<44} {:7.1f} MB\n", "size", static_cast<double>(fs::file_size(path)) * 1e-6);
  good = good && report("load summary", [&] { return load(path, Detail::kSummary); });
  good = good && report("load with durations", [&] { return load(path, Detail::kDurations); });
  good = good && report("load everything", [&] { return load(path, Detail::kEverything); });
  good = good && report(fmt::format("write {} trials, synced to the disk", kTrialsOnDisk),
                        [&] { return write((disk / "bench.db").string(), kTrialsOnDisk); });
  fs::remove_all(memory);
  fs::remove_all(disk);
  return good ? 0 : 1;
}

}  // namespace
}  // namespace joulemark::store

int main() {
  return joulemark::store::run();
}
