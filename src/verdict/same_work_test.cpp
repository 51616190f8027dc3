// SPDX-License-Identifier: Apache-2.0
// What is not the same work is listed, not ranked; what a ranking rests on is said.
#include "verdict/same_work.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "verdict/example_record.h"

namespace joulemark::verdict {
namespace {

using example::around;
using testing::HasSubstr;

const Configuration kOrt = example::configuration("onnxruntime");
const Configuration kOv = example::configuration("openvino");

Configuration at(Configuration configuration, const std::string& precision) {
  configuration.precision = precision;
  return configuration;
}

/// The trials of `engine` say that they ran at `precision`.
void ran_at(ExperimentRecord& record, const std::string& engine, const std::string& precision) {
  for (TrialRecord& trial : record.trials)
    if (trial.configuration.engine == engine)
      trial.effective_json = R"({"precision":")" + precision + "\"}";
}

std::string reason_of(const Judgement& judgement, const std::string& engine) {
  for (const Cell& cell : judgement.cells)
    if (cell.configuration.engine == engine) return cell.reason;
  return "no such cell";
}

/// The message of the caveat `code`; "" when it does not apply.
std::string caveat(const Judgement& judgement, const std::string& code) {
  for (const Caveat& caveat : judgement.caveats)
    if (caveat.code == code) return caveat.message;
  return "";
}

ExperimentRecord two_engines() {
  return example::record({{kOrt, around(1e-3)}, {kOv, around(2e-3)}});
}

TEST(SameWork, ARunAtAnotherPrecisionIsListedAndNotRanked) {
  ExperimentRecord record = two_engines();
  ran_at(record, "onnxruntime", "f16");
  ran_at(record, "openvino", "f32");
  const Judgement judgement = judge(record);
  EXPECT_EQ(reason_of(judgement, "onnxruntime"), "ran at f16, not f32");
  EXPECT_EQ(reason_of(judgement, "openvino"), "");
  EXPECT_EQ(judgement.models[0].outcome, Outcome::kSingle);
  EXPECT_EQ(caveat(judgement, "precision"), "");
}

TEST(SameWork, WhereAllRanAtTheSamePrecisionTheyAreComparedAndItIsSaid) {
  ExperimentRecord record = two_engines();
  ran_at(record, "onnxruntime", "f16");
  ran_at(record, "openvino", "f16");
  const Judgement judgement = judge(record);
  EXPECT_EQ(judgement.models[0].outcome, Outcome::kBetter);
  EXPECT_THAT(caveat(judgement, "precision"),
              HasSubstr("openvino cpu f32 t2 b1 ran at f16, not f32"));
}

TEST(SameWork, AnEngineThatDoesNotTellRanAsItWasAsked) {
  ExperimentRecord record = two_engines();
  ran_at(record, "openvino", "f32");
  EXPECT_EQ(judge(record).models[0].outcome, Outcome::kBetter);
  ran_at(record, "openvino", "bf16");
  EXPECT_EQ(reason_of(judge(record), "openvino"), "ran at bf16, not f32");
}

TEST(SameWork, NativeIsWhateverRan) {
  ExperimentRecord record =
      example::record({{at(kOrt, "native"), around(1e-3)}, {at(kOv, "native"), around(2e-3)}});
  ran_at(record, "onnxruntime", "f16");
  ran_at(record, "openvino", "bf16");
  const Judgement judgement = judge(record);
  EXPECT_EQ(judgement.models[0].outcome, Outcome::kBetter);
  EXPECT_THAT(caveat(judgement, "precision"), HasSubstr("openvino cpu native t2 b1 ran at bf16"));
}

TEST(SameWork, PrecisionsThatWereAskedForAreCompared) {
  ExperimentRecord record =
      example::record({{kOrt, around(1e-3)}, {at(kOv, "bf16"), around(2e-3)}});
  ran_at(record, "onnxruntime", "f32");
  ran_at(record, "openvino", "bf16");
  const Judgement judgement = judge(record);
  EXPECT_EQ(judgement.models[0].outcome, Outcome::kBetter);
  EXPECT_EQ(caveat(judgement, "precision"), "");
}

TEST(SameWork, APrecisionThatChangesBetweenRepetitionsIsNoPrecision) {
  ExperimentRecord record = two_engines();
  ran_at(record, "openvino", "f32");
  record.trials.back().effective_json = R"({"precision":"bf16"})";
  EXPECT_EQ(reason_of(judge(record), "openvino"), "ran at bf16/f32, not f32");
}

TEST(SameWork, NonsenseAboutItselfTellsNothing) {
  ExperimentRecord record = two_engines();
  for (const char* text : {"", "[]", "{", R"({"precision":3})"}) {
    for (TrialRecord& trial : record.trials) trial.effective_json = text;
    EXPECT_EQ(judge(record).models[0].outcome, Outcome::kBetter) << text;
  }
}

/// Both engines; the first could not answer, so that the second is its own reference.
ExperimentRecord failed_reference() {
  ExperimentRecord record = two_engines();
  for (TrialRecord& trial : record.trials) {
    const auto phases = trial.phases;
    if (trial.configuration.engine == "onnxruntime") {
      trial = example::ended(trial, TrialStatus::kFailed, "indices are out of bounds");
      trial.phases = {phases.front()};
      trial.agreement = {};
    } else {
      trial.agreement.reference = configuration_label(kOv);
    }
  }
  return record;
}

TEST(SameWork, OutputsThatWereComparedWithThemselvesAloneAreUnchecked) {
  EXPECT_EQ(caveat(judge(failed_reference()), "unchecked"),
            "the outputs were checked against nothing for openvino cpu f32 t2 b1; onnxruntime cpu "
            "f32 t2 b1 loaded the model but did not run it on the same inputs: indices are out of "
            "bounds");
}

TEST(SameWork, AFailureToLoadSaysNothingOfTheInputs) {
  ExperimentRecord record = failed_reference();
  for (TrialRecord& trial : record.trials)
    if (trial.status == TrialStatus::kFailed) trial.phases.clear();
  EXPECT_EQ(caveat(judge(record), "unchecked"),
            "the outputs were checked against nothing for openvino cpu f32 t2 b1");
}

TEST(SameWork, ADifferenceThatNoNumberTellsIsToldByItsPlace) {
  ExperimentRecord record = two_engines();
  for (TrialRecord& trial : record.trials) {
    if (trial.configuration.engine != "openvino") continue;
    trial.status = TrialStatus::kDifferent;
    trial.agreement = {.compared = true,
                       .agrees = false,
                       .max_abs = {},
                       .max_rel = {},
                       .reference = configuration_label(kOrt),
                       .detail = "output 'y'[0]: got -inf, want 3"};
  }
  EXPECT_EQ(reason_of(judge(record), "openvino"),
            "its outputs differ from those of onnxruntime cpu f32 t2 b1: output 'y'[0]: got -inf, "
            "want 3");
}

TEST(SameWork, OutputsThatDifferFromTheirOwnAreNotDeterministic) {
  ExperimentRecord record = two_engines();
  TrialRecord& last = record.trials.back();
  last.status = TrialStatus::kDifferent;
  last.agreement = {.compared = true,
                    .agrees = false,
                    .max_abs = 0.5,
                    .max_rel = {},
                    .reference = configuration_label(kOv),
                    .detail = ""};
  EXPECT_EQ(reason_of(judge(record), "openvino"),
            "not deterministic: its outputs differ from one run to the next by up to 0.5");
}

TEST(SameWork, WhatAnInterruptionLeftOutIsListed) {
  ExperimentRecord record = example::record({{kOrt, around(1e-3)}});
  record.experiment.factors.engine = {"onnxruntime", "openvino"};
  record.experiment.factors.threads = {2};
  const Judgement judgement = judge(record);
  ASSERT_EQ(judgement.cells.size(), 2u);
  EXPECT_EQ(judgement.cells[1].label, "openvino cpu f32 t2 b1");
  EXPECT_EQ(judgement.cells[1].reason, "not attempted: interrupted");
  EXPECT_THAT(judgement.sentence, HasSubstr("openvino cpu f32 t2 b1 (not attempted: interrupted)"));
  EXPECT_THAT(judgement.sentence, HasSubstr("not all configurations were attempted, so there is"));
  record.trials.clear();
  EXPECT_EQ(judge(record).models[0].outcome, Outcome::kNone);
}

TEST(SameWork, AReferenceThatOthersWereComparedWithIsChecked) {
  ExperimentRecord record = two_engines();
  for (TrialRecord& trial : record.trials) trial.agreement.reference = configuration_label(kOrt);
  EXPECT_EQ(caveat(judge(record), "unchecked"), "");
  for (TrialRecord& trial : record.trials) trial.agreement.reference = "test_data_set_0";
  EXPECT_EQ(caveat(judge(record), "unchecked"), "");
}

}  // namespace
}  // namespace joulemark::verdict
