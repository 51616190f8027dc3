// SPDX-License-Identifier: Apache-2.0
#include "sim/coverage.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <optional>
#include <utility>

#include "sensors/catalog.h"
#include "sensors/ledger.h"
#include "sensors/sampling/tick_grid.h"
#include "sim/sim_world.h"

namespace joulemark::sim {
namespace {

/// Of a normal distribution, 95 % within ±.
constexpr double kNormal95 = 1.96;
/// When windows begin at the earliest: discovery is over by then.
constexpr double kFirstBeginS = 2;
/// When loads begin that are there all the time: a trial looks at the idle machine before.
constexpr double kLoadBeginS = 1.5;
/// By which windows differ in length at least.
constexpr double kWindowJitterS = 0.02;
constexpr double kHighW = 200;
constexpr double kLowW = 20;

/// A power of 200 W or so.
double some_watts(LoadSetup& setup) {
  return kHighW * (0.75 + 0.5 * setup.random.uniform());
}

std::string steady(LoadSetup& setup) {
  return fmt::format("constant {} idle={} start={}", kHighW * (0.75 + 0.5 * setup.random.uniform()),
                     kLowW, kLoadBeginS);
}

std::string poisson(LoadSetup& setup) {
  return fmt::format("poisson watts={} idle={} start={} rate=10 busy=0.04 seed={}", kHighW, kLowW,
                     kLoadBeginS, setup.random.below(1'000'000'000));
}

std::string periodic(LoadSetup& setup) {
  const double period_s = 0.005 + 0.1 * setup.random.uniform();
  return fmt::format("square watts={} idle={} start={} period={} duty=0.4 phase={}", kHighW, kLowW,
                     kLoadBeginS, period_s, setup.random.uniform() * period_s);
}

/// One that lies inside of the window: idle at both edges.
std::string burst(LoadSetup& setup) {
  const double duration_s = (0.2 + 0.6 * setup.random.uniform()) * setup.window_s;
  const double start_s =
      setup.begin_s + setup.random.uniform() * (setup.window_s - duration_s) * 0.98;
  return fmt::format("burst watts={} idle={} start={} duration={}", kHighW, kLowW, start_s,
                     duration_s);
}

/// As a trial has it: idle up to the window's begin, and busy beyond its end.
std::string from_begin(LoadSetup& setup) {
  return fmt::format("burst watts={} idle={} start={} duration={}", some_watts(setup), kLowW,
                     setup.begin_s, setup.window_s + 1);
}

struct Run {
  double error_j = 0;
  double joules = 0;
  double half_width_j = 0;
};

/// The longest time that is waited for two steps: two update periods of RAPL, and a poll.
constexpr double kLeadS = 0.0022;

/// What is updated together by the machine's file stays together; what is not has a clock of its
/// own.
void shift_phases(Machine& machine, Random& random) {
  std::map<std::pair<double, double>, double> shifts;
  for (Part& part : machine.parts) {
    if (part.period_s <= 0) continue;
    const auto [shift, is_new] = shifts.try_emplace({part.period_s, part.phase_s}, 0);
    if (is_new) shift->second = random.uniform() * 100;
    part.phase_s = std::fmod(part.phase_s + shift->second, part.period_s);
  }
}

/// As Sampler has it: a sensor that is slow to ask has a thread of its own, whose ticks are nearly
/// even.
struct Lane {
  std::vector<Sensor*> sensors;
  sensors::TickGrid grid;
  Nanoseconds next = 0;
};
constexpr double kSlowDither = 0.1;

std::vector<Lane> lanes_of(const std::vector<std::unique_ptr<Sensor>>& sensors, Nanoseconds now) {
  std::vector<Lane> lanes;
  std::vector<Sensor*> common;
  double interval_s = INFINITY;
  for (const auto& sensor : sensors) {
    const double slow_s = sensor->sample_interval_s();
    if (slow_s > 0) {
      lanes.push_back(
          {{sensor.get()}, sensors::TickGrid(now, to_nanoseconds(slow_s), kSlowDither)});
      continue;
    }
    common.push_back(sensor.get());
    const double longest_s = sensor->max_read_interval_s();
    if (longest_s > 0) interval_s = std::min(interval_s, longest_s);
  }
  if (std::isfinite(interval_s))
    lanes.push_back(
        {common, sensors::TickGrid(now, to_nanoseconds(interval_s), sensors::kFullDither)});
  for (Lane& lane : lanes) lane.next = lane.grid.next(now);
  return lanes;
}

/// Scripted time in which the sampler reads.
class SampledClock final : public Clock {
 public:
  explicit SampledClock(SimWorld& world) { world.follow(clock_); }
  Nanoseconds now() override { return clock_.now(); }
  void sleep_until(Nanoseconds deadline) override {
    while (Lane* lane = next_before(deadline)) {
      clock_.sleep_until(lane->next);
      for (Sensor* sensor : lane->sensors) sensor->sample_into(readings_);
      lane->next = lane->grid.next(clock_.now());
    }
    clock_.sleep_until(deadline);
  }
  /// Begins to read `sensors`.
  void sample(const std::vector<std::unique_ptr<Sensor>>& sensors) {
    lanes_ = lanes_of(sensors, now());
  }

 private:
  Lane* next_before(Nanoseconds deadline) {
    const auto first = std::min_element(
        lanes_.begin(), lanes_.end(), [](const Lane& a, const Lane& b) { return a.next < b.next; });
    return first != lanes_.end() && first->next < deadline ? &*first : nullptr;
  }
  sensors::ScriptedClock clock_;
  std::vector<Lane> lanes_;
  std::vector<CounterReading> readings_;
};

/// By which windows differ in length: an update period or more, so that their ends stand at other
/// parts of one than their begins.
double window_jitter_s(const Machine& machine) {
  double longest_s = kWindowJitterS;
  for (const Part& part : machine.parts) longest_s = std::max(longest_s, part.period_s);
  return longest_s;
}

/// Of the scope whose intervals are counted; absent where no sensor read it.
Energy energy_of(const std::vector<Energy>& energies, const std::string& scope) {
  for (const Energy& energy : energies)
    if (energy.scope == scope) return energy;
  return {};
}

Result<std::optional<Run>> window_on(SimWorld& world, const CoverageCase& setup, double begin_s,
                                     double window_s) {
  SampledClock clock(world);
  const Nanoseconds start = clock.now();
  const sensors::Discovered found = sensors::discover({.root = world.root(), .clock = &clock});
  clock.sample(found.sensors);
  // As a trial does: the work begins right behind a step of the fast counters.
  clock.sleep_until(start + to_nanoseconds(begin_s - kLeadS));
  const sensors::Readings begin = sensors::read_fresh(found.sensors);
  const double from_s = to_seconds(clock.now() - start);
  clock.sleep_until(clock.now() + to_nanoseconds(window_s));
  const double to_s = to_seconds(clock.now() - start);
  const sensors::Readings end = sensors::read_all(found.sensors);
  const std::vector<Energy> energies =
      sensors::measure_between(found.sensors, begin, end, found.statuses);
  const Energy energy = energy_of(energies, setup.scope);
  const auto truth = world.true_joules(setup.scope, from_s, to_s);
  if (!truth) return fail(truth.error());
  if (!energy.joules) return std::nullopt;
  return Run{.error_j = *energy.joules - *truth,
             .joules = *energy.joules,
             .half_width_j = kNormal95 * energy.uncertainty_j.value_or(0)};
}

Result<std::optional<Run>> run_once(const CoverageCase& setup, int number) {
  Random random(setup.seed, static_cast<std::uint64_t>(number));
  Machine machine = setup.machine;
  shift_phases(machine, random);
  const double begin_s = kFirstBeginS + random.uniform();
  const double window_s = setup.window_s + random.uniform() * window_jitter_s(machine);
  LoadSetup load{.random = random, .begin_s = begin_s, .window_s = window_s};
  auto waveform = Waveform::parse(setup.load->make(load));
  if (!waveform) return fail(waveform.error());
  machine.load = *std::move(waveform);
  const std::filesystem::path root = setup.folder / fmt::format("run-{}", number);
  auto world = SimWorld::create(root, std::move(machine));
  if (!world) return fail(world.error());
  auto run = window_on(**world, setup, begin_s, window_s);
  std::error_code ignored;
  std::filesystem::remove_all(root, ignored);
  return run;
}

Coverage summary(const std::vector<Run>& runs, int asked) {
  Coverage coverage{.runs = asked, .absent = asked - static_cast<int>(runs.size())};
  if (runs.empty()) return coverage;
  std::vector<double> sizes;
  const double n = static_cast<double>(runs.size());
  for (const Run& run : runs) {
    sizes.push_back(std::abs(run.error_j));
    coverage.held += std::abs(run.error_j) <= run.half_width_j ? 1 : 0;
    coverage.mean_joules += run.joules / n;
    coverage.mean_error_j += run.error_j / n;
    coverage.mean_width_j += 2 * run.half_width_j / n;
  }
  std::sort(sizes.begin(), sizes.end());
  const auto rank = static_cast<std::size_t>(std::ceil(0.95 * n)) - 1;
  coverage.honest_width_j = 2 * sizes[rank];
  return coverage;
}

}  // namespace

const std::vector<CoverageLoad>& coverage_loads() {
  static const std::vector<CoverageLoad> table = {{"steady", steady},
                                                  {"Poisson", poisson},
                                                  {"periodic", periodic},
                                                  {"burst", burst},
                                                  {"from begin", from_begin}};
  return table;
}

double Coverage::share_held() const {
  return runs == absent ? 0 : static_cast<double>(held) / (runs - absent);
}

Result<Coverage> measure_coverage(const CoverageCase& setup) {
  std::vector<Run> runs;
  for (int i = 0; i < setup.runs; ++i) {
    const auto run = run_once(setup, i);
    if (!run) return fail(run.error());
    if (*run) runs.push_back(**run);
  }
  return summary(runs, setup.runs);
}

}  // namespace joulemark::sim
