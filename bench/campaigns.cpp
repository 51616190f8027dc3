// SPDX-License-Identifier: Apache-2.0
// How often the verdict is right, over seeded experiments whose truth is known:
// campaigns [EXPERIMENTS], 200 of each kind by default. Prints Markdown tables.
#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <vector>

#include "campaigns_world.h"
#include "verdict/verdict.h"

namespace joulemark::bench {
namespace {

using verdict::Cell;
using verdict::Judgement;
using verdict::Standing;

constexpr int kRepetitions = 10;
constexpr double kRace = 0.05;

/// How the races of a campaign ended, and what they took.
struct Races {
  int right = 0;  ///< a best configuration is in the best set
  std::size_t trials = 0, of = 0;
  std::vector<double> shares;
};

bool holds_a_best(const World& world, const Judgement& judgement) {
  const auto best = world.best();
  return std::any_of(judgement.cells.begin(), judgement.cells.end(), [&](const Cell& cell) {
    const bool is_best =
        std::find(best.begin(), best.end(), index_of(cell.configuration)) != best.end();
    return is_best && cell.in_best_set();
  });
}

Races race(int worlds, std::size_t least, std::size_t most) {
  Races races;
  for (int number = 0; number < worlds; ++number) {
    Random random(most, static_cast<std::uint64_t>(number));
    const std::size_t count = least + random.below(most - least + 1);
    const World world = study(count, random);
    ExperimentRecord record =
        experiment_of(world, {.repetitions = kRepetitions, .race = kRace}, random);
    const std::size_t trials = measure(world, record, random);
    races.trials += trials;
    races.of += count * kRepetitions;
    races.shares.push_back(static_cast<double>(trials) / static_cast<double>(count * kRepetitions));
    races.right += holds_a_best(world, verdict::judge(record)) ? 1 : 0;
  }
  std::sort(races.shares.begin(), races.shares.end());
  return races;
}

void print_races(int worlds) {
  fmt::print(
      "| configurations | best one in the best set | trials of the full plan | median world | "
      "worst "
      "world |\n|---|---:|---:|---:|---:|\n");
  const std::pair<std::size_t, std::size_t> sizes[] = {{12, 60}, {12, 20}, {40, 60}};
  for (const auto& [least, most] : sizes) {
    const Races races = race(worlds, least, most);
    fmt::print("| {} to {} | {:.1f} % | {:.1f} % | {:.1f} % | {:.1f} % |\n", least, most,
               100.0 * races.right / worlds,
               100.0 * static_cast<double>(races.trials) / static_cast<double>(races.of),
               100 * races.shares[races.shares.size() / 2], 100 * races.shares.back());
  }
}

bool claims_a_difference(const Judgement& judgement) {
  return std::any_of(judgement.cells.begin(), judgement.cells.end(), [](const Cell& cell) {
    return cell.standing == Standing::kWorse || cell.standing == Standing::kBehind;
  });
}

/// Per cent of experiments on configurations of these times in which a difference is claimed.
double claimed(int experiments, const std::vector<double>& seconds, double scatter,
               const Protocol& protocol) {
  int claims = 0;
  for (int number = 0; number < experiments; ++number) {
    Random random(seconds.size(), static_cast<std::uint64_t>(number));
    const World world = plain(seconds, scatter, random);
    ExperimentRecord record = experiment_of(world, protocol, random);
    measure(world, record, random);
    claims += claims_a_difference(verdict::judge(record)) ? 1 : 0;
  }
  return 100.0 * claims / experiments;
}

void print_equal(int experiments) {
  fmt::print(
      "\n| identical configurations | a difference is claimed, CV 1 % | CV 3 % | CV 3 %, race "
      "|\n|---|---:|---:|---:|\n");
  for (const std::size_t count : {2, 4, 12, 30}) {
    const std::vector<double> seconds(count, 1e-3);
    const Protocol all{.repetitions = kRepetitions};
    fmt::print("| {} | {:.1f} % | {:.1f} % | {:.1f} % |\n", count,
               claimed(experiments, seconds, 0.01, all), claimed(experiments, seconds, 0.03, all),
               claimed(experiments, seconds, 0.03, {.repetitions = kRepetitions, .race = kRace}));
  }
}

void print_unequal(int experiments) {
  fmt::print(
      "\n| 5 % between one and the others, CV 1 % | a difference is claimed |\n|---|---:|\n");
  for (const std::size_t count : {2, 4, 12}) {
    std::vector<double> seconds(count, 1.05e-3);
    seconds[0] = 1e-3;
    fmt::print("| {} configurations | {:.1f} % |\n", count,
               claimed(experiments, seconds, 0.01, {.repetitions = kRepetitions}));
  }
}

}  // namespace
}  // namespace joulemark::bench

int main(int count, char** arguments) {
  const int experiments = count > 1 ? std::atoi(arguments[1]) : 200;
  if (experiments < 1) {
    fmt::print(stderr, "usage: campaigns [EXPERIMENTS]\n");
    return 2;
  }
  joulemark::bench::print_races(experiments);
  joulemark::bench::print_equal(experiments);
  joulemark::bench::print_unequal(experiments);
  return 0;
}
