// SPDX-License-Identifier: Apache-2.0
#include "verdict/across_models.h"

#include <gmock/gmock.h>

#include "base/random.h"
#include "verdict/example_record.h"

namespace joulemark::verdict {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

/// Ratios of "b" to "a" by model, measured in eight blocks with 0.5 % of noise.
ExperimentRecord with_ratios(const std::vector<double>& ratios) {
  Random random(7);
  ExperimentRecord record = example::record({});
  record.experiment.models.clear();
  record.experiment.protocol.repetitions = 8;
  const auto add = [&](const std::string& model, int block, const char* engine, double seconds) {
    const double noise = std::exp(0.005 * random.normal());
    record.trials.push_back(example::trial(example::configuration(engine), block, seconds * noise));
    record.trials.back().model = model;
  };
  for (std::size_t m = 0; m < ratios.size(); ++m) {
    const std::string model = "m" + std::to_string(m);
    record.experiment.models.push_back({.name = model, .source = "", .shapes = {}});
    for (int block = 0; block < 8; ++block) {
      add(model, block, "a", 1e-3);
      add(model, block, "b", 1e-3 * ratios[m]);
    }
  }
  return record;
}

TEST(AcrossModels, ModelsAreTheClustersOfTheInterval) {
  const Judgement judgement = judge(with_ratios({1.2, 1.3, 1.25, 1.35}));
  ASSERT_TRUE(judgement.across);
  const AcrossModels& across = *judgement.across;
  EXPECT_EQ(across.rows[0].label, "a cpu f32 t2 b1");
  EXPECT_EQ(across.rows[0].best_sets, 4);
  EXPECT_EQ(across.rows[1].best_sets, 0);
  EXPECT_EQ(across.rows[1].ratio.blocks, 4);
  const stats::Interval& ratio = across.rows[1].ratio.interval;
  EXPECT_NEAR(ratio.estimate, std::pow(1.2 * 1.3 * 1.25 * 1.35, 0.25), 0.01);
  EXPECT_GT(ratio.hi - ratio.lo, 0.1) << "the models differ by more than the repetitions";
  EXPECT_THAT(judgement.sentence,
              AllOf(HasSubstr("a cpu f32 t2 b1 is in the best set of every model"),
                    HasSubstr("it depends on the model: interaction F(3, 28)")));
}

TEST(AcrossModels, NoWinnerIsClaimedWhereModelsDisagree) {
  const Judgement judgement = judge(with_ratios({1.3, 0.8, 1.2}));
  ASSERT_TRUE(judgement.across);
  EXPECT_LT(judgement.across->interaction.p, 1e-6);
  EXPECT_THAT(judgement.sentence,
              AllOf(HasSubstr("No configuration is in the best set of every model, a cpu f32 t2 b1 "
                              "is in 2 of 3"),
                    HasSubstr("it depends on the model: interaction F(2, 21)")));
}

TEST(AcrossModels, EqualRatiosShowNoInteraction) {
  const Judgement judgement = judge(with_ratios({1.2, 1.2, 1.2}));
  ASSERT_TRUE(judgement.across);
  EXPECT_GT(judgement.across->interaction.p, 0.01);
  EXPECT_THAT(judgement.sentence, HasSubstr("that it depends on the model is not shown"));
}

TEST(AcrossModels, NeedsTwoModelsAndTwoConfigurationsRankedInEach) {
  EXPECT_FALSE(judge(with_ratios({1.2})).across);
  ExperimentRecord record = with_ratios({1.2, 1.3});
  for (TrialRecord& trial : record.trials)
    if (trial.model == "m1" && trial.configuration.engine == "b")
      trial = example::ended(trial, TrialStatus::kCrashed, "signal 11");
  const Judgement judgement = judge(record);
  EXPECT_FALSE(judgement.across);
  EXPECT_THAT(judgement.sentence, Not(HasSubstr("over all models")));
}

}  // namespace
}  // namespace joulemark::verdict
