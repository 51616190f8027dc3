// SPDX-License-Identifier: Apache-2.0
// Experiments that are decided block by block, and what the verdict makes of them.
#include "verdict/adaptation.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "base/random.h"
#include "verdict/example_record.h"
#include "verdict/verdict.h"

namespace joulemark::verdict {
namespace {

using example::configuration;
using testing::HasSubstr;

constexpr int kRepetitions = 10;

Configuration of(int threads) {
  return configuration("onnxruntime", threads);
}
CellName name_of(int threads) {
  return {"magika", configuration_label(of(threads))};
}

/// An experiment on as many thread counts as there are `seconds`.
ExperimentRecord experiment(std::size_t configurations) {
  ExperimentRecord record;
  ModelSpec model;
  model.name = "magika";
  record.experiment.models = {model};
  record.experiment.factors.engine = {"onnxruntime"};
  record.experiment.factors.threads.clear();
  for (std::size_t i = 1; i <= configurations; ++i)
    record.experiment.factors.threads.push_back(static_cast<int>(i));
  record.experiment.protocol.repetitions = kRepetitions;
  return record;
}

/// Measures it as the orchestrator does: a block at a time, without what is left out.
ExperimentRecord measured(ExperimentRecord record, const std::vector<double>& seconds) {
  Random random(3);
  Adaptive adaptive(record.experiment);
  for (int block = 0; block < kRepetitions; ++block) {
    const Adaptation& adaptation = adaptive.follow(record, block);
    for (std::size_t i = 0; i < seconds.size(); ++i) {
      const auto threads = static_cast<int>(i) + 1;
      const double value = seconds[i] * std::exp(0.01 * random.normal());
      if (block < adaptation.blocks_of(record.experiment, name_of(threads)))
        record.trials.push_back(example::trial(of(threads), block, value));
    }
  }
  return record;
}

std::vector<double> twelve_with_two_good_ones() {
  std::vector<double> seconds(12, 3e-3);
  seconds[0] = 1e-3;
  seconds[1] = 1.01e-3;
  return seconds;
}

ExperimentRecord race() {
  ExperimentRecord record = experiment(12);
  record.experiment.protocol.race = 0.05;
  return measured(std::move(record), twelve_with_two_good_ones());
}

TEST(Adaptation, ARaceLeavesOutWhatIsFarBehindAndKeepsTheBest) {
  const Adaptation adaptation = adaptation_of(race());
  EXPECT_EQ(adaptation.left_out.size(), 10u);
  EXPECT_FALSE(adaptation.left_out.contains(name_of(1)));
  EXPECT_FALSE(adaptation.left_out.contains(name_of(2)));
  EXPECT_GT(adaptation.left_out.at(name_of(7)).ratio.lo, 1.03);
}

TEST(Adaptation, WithoutARaceNothingIsLeftOut) {
  ExperimentRecord record = experiment(12);
  record = measured(std::move(record), twelve_with_two_good_ones());
  EXPECT_EQ(record.trials.size(), 120u);
  EXPECT_TRUE(adaptation_of(record).left_out.empty());
}

TEST(Adaptation, WhatABeginningDecidesTheWholeDecidesToo) {
  const ExperimentRecord whole = race();
  const Adaptation all = adaptation_of(whole);
  for (std::size_t trials = 0; trials < whole.trials.size(); ++trials) {
    ExperimentRecord prefix = whole;
    prefix.trials.resize(trials);
    for (const auto& [cell, left_out] : adaptation_of(prefix).left_out) {
      ASSERT_TRUE(all.left_out.contains(cell));
      EXPECT_EQ(all.left_out.at(cell).blocks, left_out.blocks);
      EXPECT_EQ(all.left_out.at(cell).ratio.lo, left_out.ratio.lo);
    }
  }
}

TEST(Adaptation, TheVerdictHasThemAsWorseWithTheRacesInterval) {
  const Judgement judgement = judge(race());
  int left_out = 0;
  for (const Cell& cell : judgement.cells) {
    if (!cell.left_out) continue;
    ++left_out;
    EXPECT_EQ(cell.standing, Standing::kWorse);
    EXPECT_FALSE(cell.in_best_set());
    EXPECT_TRUE(cell.ratio.interval.bounded());
    EXPECT_GT(cell.ratio.interval.lo, 1.03);
    EXPECT_EQ(cell.ratio.blocks, cell.finished);
  }
  EXPECT_EQ(left_out, 10);
  EXPECT_TRUE(judgement.cells[*judgement.models[0].best].finished == kRepetitions);
}

TEST(Adaptation, TheCaveatsSayWhatWasLeftOutAndNotThatTheRunWasInterrupted) {
  std::vector<std::string> codes;
  std::string left_out;
  for (const Caveat& caveat : judge(race()).caveats) {
    codes.push_back(caveat.code);
    if (caveat.code == "left_out") left_out = caveat.message;
  }
  EXPECT_THAT(codes, testing::Not(testing::Contains("interrupted")));
  EXPECT_THAT(codes, testing::Not(testing::Contains("uneven")));
  EXPECT_THAT(left_out, HasSubstr("10 of 12 configurations"));
  EXPECT_THAT(left_out, HasSubstr("5 % at most"));
}

TEST(Adaptation, WhatIsNotComparableLeadsNoRace) {
  ExperimentRecord record = experiment(12);
  record.experiment.protocol.race = 0.05;
  for (int block = 0; block < 3; ++block)
    for (int threads = 1; threads <= 12; ++threads) {
      record.trials.push_back(example::trial(of(threads), block, threads == 1 ? 1e-4 : 1e-3));
      if (threads == 1) record.trials.back().status = TrialStatus::kDifferent;
    }
  EXPECT_TRUE(adaptation_of(record).left_out.empty());
}

TEST(Adaptation, ABlockInWhichAnAttemptIsDueDecidesNothing) {
  ExperimentRecord record = race();
  record.experiment.protocol.retries = 1;
  const int blocks = adaptation_of(record).left_out.at(name_of(7)).blocks;
  TrialRecord* last = nullptr;
  for (TrialRecord& trial : record.trials)
    if (trial.block == blocks - 1) last = &trial;
  last->invalid = {{"steal", "the hypervisor took 1 s"}};
  EXPECT_FALSE(adaptation_of(record).left_out.contains(name_of(7)));
  TrialRecord before = *last;
  last->attempt = 1;
  record.set_aside = {before};
  EXPECT_TRUE(adaptation_of(record).left_out.contains(name_of(7))) << "no attempt is left";
}

TEST(Adaptation, WhatHasOtherOutputsIsMissedInNoFurtherBlock) {
  ExperimentRecord record = experiment(12);
  record.experiment.protocol.race = 0.05;
  record = measured(std::move(record), twelve_with_two_good_ones());
  for (TrialRecord& trial : record.trials)
    if (trial.configuration.threads == 12 && trial.block == 0)
      trial.status = TrialStatus::kDifferent;
  std::erase_if(record.trials, [](const TrialRecord& trial) {
    return trial.configuration.threads == 12 && trial.block > 0;
  });
  const Judgement judgement = judge(record);
  EXPECT_FALSE(adaptation_of(record).left_out.empty()) << "the race goes on without it";
  std::map<std::string, std::string> caveats;
  for (const Caveat& caveat : judgement.caveats) caveats[caveat.code] = caveat.message;
  EXPECT_FALSE(caveats.contains("interrupted"));
  EXPECT_THAT(caveats["different"],
              HasSubstr("; 9 further trials were left out ('--different always' measures them)"));
}

TEST(Adaptation, AnExperimentEndsAfterTwoPreciseBlocksAndNotBeforeItsLeastRepetitions) {
  ExperimentRecord record = experiment(2);
  record.experiment.protocol.ratio_precision = 0.05;
  record.experiment.protocol.min_repetitions = 6;
  record = measured(std::move(record), {1e-3, 1.01e-3});
  const Judgement judgement = judge(record);
  ASSERT_TRUE(judgement.models[0].ended);
  EXPECT_EQ(*judgement.models[0].ended, 6);
  EXPECT_EQ(record.trials.size(), 12u);
}

TEST(Adaptation, OnePreciseBlockIsNotEnough) {
  ExperimentRecord record = experiment(2);
  record.experiment.protocol.ratio_precision = 0.05;
  record.experiment.protocol.min_repetitions = 4;
  // The interval of the ratio reaches 6 % after three blocks, and 3 % after four.
  const std::vector<double> ratios = {1, 1.025, 1.05, 1.025, 1.025, 1.025};
  for (std::size_t block = 0; block < ratios.size(); ++block) {
    record.trials.push_back(example::trial(of(1), static_cast<int>(block), 1e-3));
    record.trials.push_back(example::trial(of(2), static_cast<int>(block), 1e-3 * ratios[block]));
  }
  EXPECT_EQ(adaptation_of(record).ended.at("magika"), 5);
}

TEST(Adaptation, AConfigurationThatAlwaysFailsHoldsNothingUp) {
  ExperimentRecord record = experiment(3);
  record.experiment.protocol.ratio_precision = 0.05;
  for (int block = 0; block < 5; ++block) {
    record.trials.push_back(example::trial(of(1), block, 1e-3 * (1 + 0.001 * block)));
    record.trials.push_back(example::trial(of(2), block, 1.01e-3));
    record.trials.push_back(
        example::ended(example::trial(of(3), block, 1e-3), TrialStatus::kCrashed, "gone"));
  }
  EXPECT_EQ(adaptation_of(record).ended.at("magika"), 5);
}

}  // namespace
}  // namespace joulemark::verdict
