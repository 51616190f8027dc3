// SPDX-License-Identifier: Apache-2.0
// Verdicts as the exact words that people read, and what must never be ranked.
#include "verdict/verdict.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/random.h"
#include "verdict/example_record.h"

namespace joulemark::verdict {
namespace {

using example::around;
using example::CellTimes;
using example::configuration;

const Configuration kOrt = configuration("onnxruntime");
const Configuration kOv = configuration("openvino");
const Configuration kTorch = configuration("torch");

std::string sentence(const std::vector<CellTimes>& cells) {
  return judge(example::record(cells)).sentence;
}

TEST(Verdict, SaysWhichIsBetterAndByHowMuch) {
  EXPECT_EQ(sentence({{kOrt, {1.30e-3, 1.33e-3, 1.31e-3, 1.28e-3, 1.32e-3}}, {kOv, around(1e-3)}}),
            "On this machine, for magika, openvino cpu f32 t2 b1 needs 24 % less time per "
            "inference than onnxruntime cpu f32 t2 b1 [22 %, 25 %]. Stable (medians).");
}

TEST(Verdict, NamesTheNextOfSeveral) {
  EXPECT_EQ(
      sentence({{kOrt, around(1.3e-3)}, {kTorch, around(4e-3)}, {kOv, around(1e-3)}}),
      "On this machine, for magika, openvino cpu f32 t2 b1 needs 23.08 % less time per inference "
      "than onnxruntime cpu f32 t2 b1 [23.08 %, 23.08 %], the next of 3 configurations. Stable "
      "(medians).");
}

TEST(Verdict, CallsATieATie) {
  EXPECT_EQ(sentence({{kOrt, {1.01e-3, 1.0e-3, 1.005e-3, 1.006e-3, 1.0e-3}}, {kOv, around(1e-3)}}),
            "On this machine, for magika, tie: onnxruntime cpu f32 t2 b1 needs the same time per "
            "inference as openvino cpu f32 t2 b1 within the margin of 3 % (needs 0.4 % more [−0.3 "
            "%, 1.1 %]). Stable (medians).");
}

TEST(Verdict, TiesAreToldFromTheRest) {
  EXPECT_EQ(sentence({{kOrt, {1.01e-3, 1.0e-3, 1.005e-3, 1.006e-3, 1.0e-3}},
                      {kOv, around(1e-3)},
                      {kTorch, around(3.5e-3)}}),
            "On this machine, for magika, tie: onnxruntime cpu f32 t2 b1 needs the same time per "
            "inference as openvino cpu f32 t2 b1 within the margin of 3 % (needs 0.4 % more [−0.6 "
            "%, 1.4 %]). torch cpu f32 t2 b1 is worse by more than 3 %: it needs 3.50 times as "
            "much [3.50, 3.50]. Stable (medians).");
}

TEST(Verdict, SaysNotResolvedWhenNoiseHidesTheDifference) {
  EXPECT_EQ(sentence({{kOrt, {1.2e-3, 0.9e-3, 1.1e-3, 0.95e-3, 1.0e-3}}, {kOv, around(1e-3)}}),
            "On this machine, for magika, not resolved: openvino cpu f32 t2 b1 ranks first by time "
            "per inference, but onnxruntime cpu f32 t2 b1 may need as little (needs 2 % more [−12 "
            "%, 19 %]). More repetitions are needed.");
}

TEST(Verdict, SaysNotResolvedWhenOnlyTheMarginIsInDoubt) {
  EXPECT_EQ(sentence({{kOrt, {1.06e-3, 1.04e-3, 1.03e-3, 1.02e-3, 1.05e-3}}, {kOv, around(1e-3)}}),
            "On this machine, for magika, openvino cpu f32 t2 b1 is ahead in time per inference: "
            "onnxruntime cpu f32 t2 b1 needs 4 % more [2 %, 6 %]; whether by more than the margin "
            "of 3 % is not resolved, more repetitions are needed.");
}

TEST(Verdict, OneRepetitionResolvesNothing) {
  EXPECT_EQ(sentence({{kOrt, {1.5e-3}}, {kOv, {1e-3}}}),
            "On this machine, for magika, not resolved: openvino cpu f32 t2 b1 ranks first by time "
            "per inference, but onnxruntime cpu f32 t2 b1 has too few repetitions in common "
            "with it for an interval (needs 1.5 times as much). More repetitions are needed.");
}

TEST(Verdict, OneConfigurationIsAValueWithoutComparison) {
  EXPECT_EQ(sentence({{kOv, around(1.234e-3)}}),
            "On this machine, for magika, openvino cpu f32 t2 b1 needs 1.23 ms per inference [1.23 "
            "ms, 1.24 ms]; it is the only configuration measured, so there is no comparison.");
  EXPECT_EQ(sentence({{kOv, {1.234e-3}}}),
            "On this machine, for magika, openvino cpu f32 t2 b1 needs 1.23 ms per inference (one "
            "repetition, no interval); it is the only configuration measured, so there is no "
            "comparison.");
}

TEST(Verdict, NothingMeasuredIsAnAnswer) {
  EXPECT_EQ(judge(ExperimentRecord{}).sentence, "Nothing was measured.");
  EXPECT_EQ(sentence({}), "On this machine, for magika, no trial was attempted.");
}

TEST(Verdict, FailuresAreListedWithTheReasonAndNeverRanked) {
  ExperimentRecord record = example::record({{kOv, around(1e-3)}});
  record.trials.push_back(example::ended(example::trial(kOrt, 0, 1e-4), TrialStatus::kCrashed,
                                         "killed by signal 11 (SIGSEGV)"));
  const Judgement judgement = judge(record);
  EXPECT_EQ(
      judgement.sentence,
      "On this machine, for magika, openvino cpu f32 t2 b1 needs 1.00 ms per inference [0.995 ms, "
      "1.01 ms]; it is the only configuration that can be ranked, so there is no comparison. Not "
      "ranked: onnxruntime cpu f32 t2 b1 (crashed: killed by signal 11 (SIGSEGV)).");
  ASSERT_EQ(judgement.cells.size(), 2u);
  EXPECT_EQ(judgement.cells[1].standing, Standing::kUnranked);
  EXPECT_EQ(judgement.cells[1].reason, "crashed: killed by signal 11 (SIGSEGV)");
  EXPECT_EQ(judgement.cells[1].not_ok, 1);
}

TEST(Verdict, WhenAllFailNothingIsRanked) {
  ExperimentRecord record = example::record({});
  for (const Configuration& cell : {kOrt, kOv, kTorch}) {
    record.trials.push_back(example::ended(example::trial(cell, 0, 1), TrialStatus::kUnsupported,
                                           "op Einsum (opset 12), node 'e'"));
  }
  const Judgement judgement = judge(record);
  EXPECT_EQ(judgement.models[0].outcome, Outcome::kNone);
  EXPECT_EQ(
      judgement.sentence,
      "On this machine, for magika, nothing can be ranked: onnxruntime cpu f32 t2 b1 (unsupported: "
      "op Einsum (opset 12), node 'e') and 2 other configurations, listed with the reason.");
}

TEST(Verdict, DifferentOutputsAreNeverRankedHoweverFast) {
  ExperimentRecord record = example::record({{kOv, around(1e-3)}, {kOrt, around(1.1e-3)}});
  for (int block = 0; block < 5; ++block) {
    TrialRecord fast = example::trial(kTorch, block, 1e-5);
    fast.status = TrialStatus::kDifferent;
    fast.agreement = {.compared = true,
                      .agrees = false,
                      .max_abs = 0.5,
                      .max_rel = 0.25,
                      .reference = "onnxruntime cpu f32 t2 b1",
                      .detail = ""};
    record.trials.push_back(fast);
  }
  const Judgement judgement = judge(record);
  EXPECT_EQ(judgement.cells[*judgement.models[0].best].label, "openvino cpu f32 t2 b1");
  EXPECT_EQ(judgement.cells[2].reason,
            "its outputs differ from those of onnxruntime cpu f32 t2 b1 by up to 0.5 (relative "
            "0.25)");
  EXPECT_FALSE(judgement.cells[2].in_best_set());
}

TEST(Verdict, RanksByEnergyWhenEveryConfigurationMeasuredIt) {
  ExperimentRecord record = example::record({{kOrt, around(1e-3)}, {kOv, around(2e-3)}});
  for (TrialRecord& trial : record.trials) {
    const bool ort = trial.configuration == kOrt;
    trial = example::with_joules(trial, (ort ? 20.0 : 15.0) + 0.1 * trial.block);
  }
  const Judgement judgement = judge(record);
  EXPECT_EQ(judgement.models[0].primary, MetricId::kEnergy);
  EXPECT_EQ(judgement.sentence,
            "On this machine, for magika, openvino cpu f32 t2 b1 needs 24.8 % less energy per "
            "inference than onnxruntime cpu f32 t2 b1 [24.5 %, 25.0 %]. Stable (medians).");
}

TEST(Verdict, NeverRanksMeasuredBesideAbsentEnergy) {
  ExperimentRecord record = example::record({{kOrt, around(1e-3)}, {kOv, around(2e-3)}});
  for (TrialRecord& trial : record.trials) {
    if (trial.configuration == kOv) trial = example::with_joules(trial, 1);
  }
  const Judgement judgement = judge(record);
  EXPECT_EQ(judgement.models[0].primary, MetricId::kTime);
  EXPECT_EQ(judgement.cells[0].label, "onnxruntime cpu f32 t2 b1");
  EXPECT_EQ(judgement.cells[0].estimate(MetricId::kEnergy).reason, "vm");
  EXPECT_EQ(judgement.cells[1].estimate(MetricId::kEnergy).n, 5);
}

TEST(Verdict, NeverRanksAnEstimatedEnergy) {
  ExperimentRecord record = example::record({{kOrt, around(1e-3)}, {kOv, around(2e-3)}});
  for (TrialRecord& trial : record.trials) {
    trial = example::with_joules(trial, 1);
    trial.energy[0].energy_class = EnergyClass::kEstimated;
  }
  const Judgement judgement = judge(record);
  EXPECT_EQ(judgement.models[0].primary, MetricId::kTime);
  EXPECT_EQ(judgement.cells[0].estimate(MetricId::kEnergy).reason, "estimated_only");
}

TEST(Verdict, CpuTimeWithoutATickIsBelowTheResolution) {
  ExperimentRecord record = example::record({{kOrt, example::around(1e-3)}});
  for (TrialRecord& trial : record.trials) {
    trial.resources.cpu_s.reset();
    trial.resources.cpu_user_s = 0;
  }
  EXPECT_EQ(judge(record).cells[0].estimate(MetricId::kCpu).reason, "below_resolution");
  for (TrialRecord& trial : record.trials) trial.resources.cpu_user_s.reset();
  EXPECT_EQ(judge(record).cells[0].estimate(MetricId::kCpu).reason, "not_recorded");
}

TEST(Verdict, BatchSizesAreComparedPerInference) {
  const Configuration batched = configuration("openvino", 2, 8);
  const Judgement judgement =
      judge(example::record({{kOv, around(1e-3)}, {batched, around(4e-3)}}));
  EXPECT_EQ(judgement.cells[0].label, "openvino cpu f32 t2 b8");
  EXPECT_NEAR(judgement.cells[1].ratio.interval.estimate, 2.0, 1e-9);
  EXPECT_NEAR(judgement.cells[0].estimate(MetricId::kThroughput).median.estimate, 2000, 1e-6);
  EXPECT_NEAR(judgement.cells[0].estimate(MetricId::kLatencyP50).median.estimate, 4.0, 1e-9);
}

TEST(Verdict, UnequalNumbersOfTrialsArePairedWhereBothHaveOne) {
  ExperimentRecord record = example::record({{kOrt, around(1.5e-3)}, {kOv, {1e-3, 1e-3, 1e-3}}});
  const Judgement judgement = judge(record);
  EXPECT_EQ(judgement.models[0].outcome, Outcome::kBetter);
  EXPECT_EQ(judgement.cells[1].ratio.blocks, 3);
  EXPECT_EQ(judgement.cells[0].finished, 3);
}

TEST(Verdict, ARatioIsTheGeometricMeanOfItsTrialsRatiosToTheBestOfTheirBlock) {
  ExperimentRecord record =
      example::record({{kOrt, {1.5e-3, 1.2e-3, 1.3e-3}}, {kOv, {1e-3, 1.1e-3}}});
  record.trials.push_back(
      example::ended(example::trial(kTorch, 0, 1), TrialStatus::kCrashed, "signal 11"));
  const Judgement judgement = judge(record);
  ASSERT_EQ(judgement.ratio_to_best.size(), 6u);
  EXPECT_DOUBLE_EQ(judgement.ratio_to_best[0], 1.5);
  EXPECT_DOUBLE_EQ(judgement.ratio_to_best[1], 1);
  EXPECT_DOUBLE_EQ(judgement.ratio_to_best[2], 1.2 / 1.1);
  EXPECT_TRUE(std::isnan(judgement.ratio_to_best[4]));  // the best has no trial in this block
  EXPECT_TRUE(std::isnan(judgement.ratio_to_best[5]));
  EXPECT_DOUBLE_EQ(judgement.cells[1].ratio.interval.estimate, std::sqrt(1.5 * 1.2 / 1.1));
}

TEST(Verdict, ARepeatedAttemptReplacesTheFailedOne) {
  ExperimentRecord record = example::record({{kOrt, around(1.5e-3)}, {kOv, around(1e-3)}});
  TrialRecord failed =
      example::ended(example::trial(kOv, 0, 1), TrialStatus::kTimeout, "time limit of 300 s");
  record.trials[1].attempt = 1;
  record.trials.insert(record.trials.begin(), failed);
  const Judgement judgement = judge(record);
  EXPECT_EQ(judgement.cells[0].finished, 5);
  EXPECT_EQ(judgement.cells[0].not_ok, 0);
  EXPECT_EQ(judgement.models[0].outcome, Outcome::kBetter);
}

TEST(Verdict, SeveralModelsGetASentenceEachAndOneOverAll) {
  ExperimentRecord record = example::record({{kOrt, around(1.3e-3)}, {kOv, around(1e-3)}});
  ExperimentRecord other = example::record({{kOrt, around(1e-3)}, {kOv, around(1e-3)}});
  for (TrialRecord& trial : other.trials) {
    trial.model = "resnet50";
    record.trials.push_back(trial);
  }
  record.experiment.models.push_back({.name = "resnet50", .source = "", .shapes = {}});
  const Judgement judgement = judge(record);
  ASSERT_EQ(judgement.models.size(), 2u);
  EXPECT_THAT(judgement.sentence,
              testing::StartsWith("On this machine, of 2 models: openvino cpu f32 t2 b1 is best "
                                  "for magika; a tie for resnet50. "));
  EXPECT_THAT(judgement.models[1].sentence,
              testing::StartsWith("On this machine, for resnet50, tie: "));
  EXPECT_EQ(judgement.models[1].cells, (std::vector<std::size_t>{2, 3}));
}

TEST(Verdict, NonsenseInTheRecordIsNoCrash) {
  ExperimentRecord record = example::record({{kOrt, around(1e-3)}, {kOv, {0, 0, 0, 0, 0}}});
  record.trials[0].calls_per_record = 0;
  record.trials[2].iterations = -5;
  record.trials[2].configuration.batch = 0;
  record.trials[4].phases = {{Phase::kMeasure, 10, 5}};
  record.trials[6].block = -2000000000;
  const Judgement judgement = judge(record);
  for (const Cell& cell : judgement.cells) EXPECT_FALSE(cell.label.empty());
}

TEST(Verdict, TheTrulyBestConfigurationIsInTheBestSet) {
  Random random(31);
  constexpr int kSimulations = 200;
  int held = 0;
  for (int i = 0; i < kSimulations; ++i) {
    std::vector<CellTimes> cells = {{kOrt, {}}, {kOv, {}}, {kTorch, {}}};
    const double truth[] = {1.02e-3, 1e-3, 1.05e-3};
    for (int block = 0; block < 10; ++block) {
      const double shared = 0.1 * random.normal();
      for (std::size_t c = 0; c < cells.size(); ++c) {
        cells[c].second.push_back(truth[c] * std::exp(shared + 0.03 * random.normal()));
      }
    }
    const Judgement judgement = judge(example::record(cells));
    for (const Cell& cell : judgement.cells) {
      if (cell.configuration == kOv && cell.in_best_set()) ++held;
    }
  }
  EXPECT_GE(held, 0.95 * kSimulations);
}

}  // namespace
}  // namespace joulemark::verdict
