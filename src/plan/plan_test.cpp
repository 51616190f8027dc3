// SPDX-License-Identifier: Apache-2.0
// The order of trials: complete, seeded, stable.
#include "plan/plan.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <set>

namespace joulemark::plan {
namespace {

using ::testing::ElementsAre;
using ::testing::SizeIs;

Experiment two_engines() {
  Experiment experiment;
  experiment.models.resize(2);
  experiment.models[0].name = "a";
  experiment.models[1].name = "b";
  experiment.factors.engine = {"onnxruntime", "openvino"};
  experiment.factors.threads = {1, 2};
  experiment.protocol.repetitions = 5;
  return experiment;
}

std::string name_of(const PlannedTrial& trial) {
  return std::to_string(trial.model) + configuration_label(trial.configuration);
}

std::vector<std::string> order(const std::vector<PlannedTrial>& plan) {
  std::vector<std::string> names;
  for (const auto& trial : plan) names.push_back(name_of(trial));
  return names;
}

TEST(Configurations, AreTheProductOfAllLevelsWithTheBatchFastest) {
  Experiment experiment;
  experiment.factors.engine = {"x", "y"};
  experiment.factors.batch = {1, 8};
  std::vector<std::string> labels;
  for (const auto& cell : configurations(experiment)) labels.push_back(configuration_label(cell));
  EXPECT_THAT(labels, ElementsAre("x cpu f32 t1 b1", "x cpu f32 t1 b8", "y cpu f32 t1 b1",
                                  "y cpu f32 t1 b8"));
}

TEST(Configurations, LeaveOutCellsThatMatchEveryEntryOfAnExclusion) {
  Experiment experiment = two_engines();
  experiment.exclusions = {{{"engine", "openvino"}, {"threads", "2"}}};
  const auto cells = configurations(experiment);
  EXPECT_THAT(cells, SizeIs(3));
  EXPECT_TRUE(std::none_of(cells.begin(), cells.end(), [](const Configuration& cell) {
    return cell.engine == "openvino" && cell.threads == 2;
  }));
}

TEST(Configurations, LeaveOutCellsThatMatchAnyOfSeveralExclusions) {
  Experiment experiment = two_engines();
  experiment.exclusions = {{{"engine", "openvino"}, {"threads", "2"}}, {{"threads", "1"}}};
  EXPECT_THAT(configurations(experiment), SizeIs(1));
}

TEST(Configurations, TakeTheOptionsOfTheirEngineAndOfItsVersion) {
  Experiment experiment;
  experiment.factors.engine = {"onnxruntime@1.20", "onnxruntime@1.31", "openvino"};
  experiment.engine_options["onnxruntime"] = {{"spin", "off"}, {"arena", "on"}};
  experiment.engine_options["onnxruntime@1.31"] = {{"spin", "on"}};
  const auto cells = configurations(experiment);
  EXPECT_EQ(cells[0].options.at("spin"), "off");
  EXPECT_EQ(cells[1].options.at("spin"), "on");
  EXPECT_EQ(cells[1].options.at("arena"), "on");
  EXPECT_TRUE(cells[2].options.empty());
}

TEST(Configurations, OfServersTakeTheOptionsOfHttpAndTheirOwn) {
  Experiment experiment = two_engines();
  experiment.factors.engine = {"http:a", "http://b@c"};
  experiment.engine_options["http"] = {{"api", "kserve"}, {"model", "m"}};
  experiment.engine_options["http://b@c"] = {{"model", "n"}};
  for (const Configuration& cell : configurations(experiment)) {
    EXPECT_EQ(cell.options.at("api"), "kserve");
    EXPECT_EQ(cell.options.at("model"), cell.engine == "http:a" ? "m" : "n");
  }
}

TEST(Configurations, CarryTheAffinityOfTheExperiment) {
  Experiment experiment = two_engines();
  experiment.affinity = {0, 2};
  for (const auto& cell : configurations(experiment)) EXPECT_THAT(cell.affinity, ElementsAre(0, 2));
}

TEST(Plan, HoldsEveryModelAndConfigurationOncePerBlock) {
  const auto plan = make_plan(two_engines());
  ASSERT_THAT(plan, SizeIs(5 * 2 * 4));
  for (int block = 0; block < 5; ++block) {
    std::set<std::string> seen;
    for (int position = 0; position < 8; ++position) {
      const auto& trial = plan[static_cast<std::size_t>(block * 8 + position)];
      EXPECT_EQ(trial.block, block);
      EXPECT_EQ(trial.position, position);
      seen.insert(name_of(trial));
    }
    EXPECT_THAT(seen, SizeIs(8));
  }
}

TEST(Plan, SameSeedGivesSameOrder) {
  EXPECT_EQ(make_plan(two_engines()), make_plan(two_engines()));
}

TEST(Plan, AnotherSeedGivesAnotherOrder) {
  Experiment other = two_engines();
  other.seed = 2;
  EXPECT_NE(order(make_plan(two_engines())), order(make_plan(other)));
}

TEST(Plan, BlocksHaveOrdersOfTheirOwn) {
  const auto names = order(make_plan(two_engines()));
  EXPECT_FALSE(std::equal(names.begin(), names.begin() + 8, names.begin() + 8));
}

TEST(Plan, MoreRepetitionsKeepTheOrderOfTheEarlierBlocks) {
  Experiment longer = two_engines();
  longer.protocol.repetitions = 9;
  auto names = order(make_plan(longer));
  names.resize(5 * 8);
  EXPECT_EQ(names, order(make_plan(two_engines())));
}

TEST(Plan, PutsEveryConfigurationFirstInSomeBlock) {
  Experiment experiment = two_engines();
  experiment.protocol.repetitions = 200;
  std::set<std::string> first;
  for (const auto& trial : make_plan(experiment))
    if (trial.position == 0) first.insert(name_of(trial));
  EXPECT_THAT(first, SizeIs(8));
}

TEST(Estimate, CountsTrialsAndSumsTheirPhases) {
  Experiment experiment = two_engines();
  experiment.protocol.idle_s = 3;
  const auto estimate = estimate_time(experiment, {.window_s = 10});
  EXPECT_EQ(estimate.trials, 40);
  EXPECT_GT(estimate.seconds, 40 * 13);
  EXPECT_LT(estimate.seconds, 40 * 16);
}

TEST(Estimate, CountsARestBeforeEachBlockAndOneAfterTheLast) {
  const Experiment experiment = two_engines();
  ASSERT_EQ(experiment.protocol.repetitions, 5);
  const auto resting = estimate_time(experiment, {.window_s = 1, .bracket_s = 2});
  EXPECT_NEAR(resting.seconds, estimate_time(experiment, {.window_s = 1}).seconds + 6 * 2, 1e-9);
}

TEST(Estimate, CountsTheSecondWindowOfLanguageModels) {
  Experiment experiment = two_engines();
  const double models = static_cast<double>(experiment.models.size());
  const double once = estimate_time(experiment, {.window_s = 10}).seconds;
  EXPECT_NEAR(estimate_time(experiment, {.window_s = 10, .language_models = 1}).seconds,
              once + 40 / models * 10, 1e-9);
  experiment.protocol.time_limit_s = 15;
  EXPECT_LE(estimate_time(experiment, {.window_s = 10, .language_models = 2}).seconds, 40 * 15);
}

TEST(Estimate, AtARateAWindowHoldsTheLeastRequests) {
  Experiment experiment = two_engines();
  experiment.protocol.rate = 5;
  experiment.protocol.min_iterations = 30;
  EXPECT_DOUBLE_EQ(window_seconds(experiment, 1), 6);
  EXPECT_DOUBLE_EQ(window_seconds(experiment, 60), 60);
  EXPECT_GT(estimate_time(experiment, {.window_s = 1}).seconds, 40 * 6);
  experiment.protocol.rate = 0;
  EXPECT_DOUBLE_EQ(window_seconds(experiment, 1), 1);
}

TEST(Estimate, GrowsWithTheWindow) {
  const Experiment experiment = two_engines();
  EXPECT_NEAR(estimate_time(experiment, {.window_s = 5}).seconds,
              estimate_time(experiment, {.window_s = 1}).seconds + 40 * 4, 1e-9);
}

}  // namespace
}  // namespace joulemark::plan
