// SPDX-License-Identifier: Apache-2.0
#include "campaigns_world.h"

#include <algorithm>
#include <cmath>

#include "plan/plan.h"
#include "verdict/adaptation.h"

namespace joulemark::bench {
namespace {

/// Of the slowest configuration to the fastest, as published studies of serving have it.
constexpr double kSlowest = 9;
constexpr double kNearTie = 1.03;

TrialRecord trial(const plan::PlannedTrial& planned, double seconds) {
  constexpr std::int64_t kCalls = 1000;
  TrialRecord record;
  record.block = planned.block;
  record.position = planned.position;
  record.model = "world";
  record.configuration = planned.configuration;
  record.install.engine = planned.configuration.engine;
  record.host = "host";
  record.iterations = kCalls;
  record.phases = {{Phase::kMeasure, 0, std::llround(seconds * 1e9 * kCalls)}};
  record.agreement.compared = true;
  return record;
}

}  // namespace

std::vector<std::size_t> World::best() const {
  const double least = *std::min_element(seconds.begin(), seconds.end());
  std::vector<std::size_t> all;
  for (std::size_t i = 0; i < seconds.size(); ++i)
    if (seconds[i] <= least * (1 + 1e-9)) all.push_back(i);
  return all;
}

World study(std::size_t count, Random& random) {
  constexpr double kFastest = 1e-3;
  World world;
  const std::size_t ties = 1 + random.below(2);
  for (std::size_t i = 0; i < count; ++i) {
    const double part = i == 0 ? 0 : i <= ties ? std::log(kNearTie) : std::log(kSlowest);
    const double above = i + 1 == count ? part : part * random.uniform();
    world.seconds.push_back(kFastest * std::exp(above));
  }
  shuffle(world.seconds, random);
  for (std::size_t i = 0; i < count; ++i) world.scatter.push_back(0.01 + 0.02 * random.uniform());
  world.drift = 0.02 * random.normal();
  return world;
}

World plain(std::vector<double> seconds, double scatter, Random& random) {
  World world{.seconds = std::move(seconds), .scatter = {}, .drift = 0.02 * random.normal()};
  world.scatter.assign(world.seconds.size(), scatter);
  return world;
}

ExperimentRecord experiment_of(const World& world, const Protocol& protocol, Random& random) {
  ExperimentRecord record;
  record.experiment.seed = random.next();
  record.experiment.models.emplace_back().name = "world";
  record.experiment.factors.engine = {"engine"};
  record.experiment.factors.threads.clear();
  for (std::size_t i = 0; i < world.seconds.size(); ++i)
    record.experiment.factors.threads.push_back(static_cast<int>(i) + 1);
  record.experiment.protocol = protocol;
  return record;
}

std::size_t index_of(const Configuration& configuration) {
  return static_cast<std::size_t>(configuration.threads) - 1;
}

std::size_t measure(const World& world, ExperimentRecord& record, Random& random) {
  verdict::Adaptive adaptive(record.experiment);
  const verdict::Adaptation* adaptation = &adaptive.follow(record, 0);
  double shared = 0;
  int block = -1;
  for (const plan::PlannedTrial& planned : plan::make_plan(record.experiment)) {
    if (planned.block != block) {
      block = planned.block;
      adaptation = &adaptive.follow(record, block);
      shared = world.block_scatter * random.normal();
    }
    const std::string label = configuration_label(planned.configuration);
    if (block >= adaptation->blocks_of(record.experiment, {"world", label})) continue;
    const std::size_t i = index_of(planned.configuration);
    const double place =
        static_cast<double>(planned.position) / static_cast<double>(world.seconds.size());
    const double log = shared + world.drift * place + world.scatter[i] * random.normal();
    record.trials.push_back(trial(planned, world.seconds[i] * std::exp(log)));
  }
  return record.trials.size();
}

}  // namespace joulemark::bench
