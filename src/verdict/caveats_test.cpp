// SPDX-License-Identifier: Apache-2.0
// Caveats appear when they apply, and only then.
#include "verdict/caveats.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "verdict/example_record.h"

namespace joulemark::verdict {
namespace {

using example::around;
using testing::ElementsAre;
using testing::IsSupersetOf;

const Configuration kOrt = example::configuration("onnxruntime");
const Configuration kOv = example::configuration("openvino@2026.2");

/// Five quiet blocks of two configurations with energy: nothing to distrust.
ExperimentRecord quiet_record() {
  ExperimentRecord record = example::record({{kOrt, around(1.3e-3)}, {kOv, around(1e-3)}});
  record.experiment.factors.engine = {"onnxruntime", "openvino@2026.2"};
  record.experiment.factors.threads = {2};
  for (TrialRecord& trial : record.trials) trial = example::with_joules(trial, 20);
  return record;
}

std::vector<std::string> codes(const ExperimentRecord& record) {
  std::vector<std::string> result;
  for (const Caveat& caveat : judge(record).caveats) result.push_back(caveat.code);
  return result;
}

/// The message of the caveat `code`; "" when it does not apply.
std::string message(const ExperimentRecord& record, const std::string& code) {
  for (const Caveat& caveat : judge(record).caveats) {
    if (caveat.code == code) return caveat.message;
  }
  return "";
}

TEST(Caveats, AQuietExperimentHasNone) {
  EXPECT_THAT(codes(quiet_record()), ElementsAre());
}

TEST(Caveats, CodesAreUnique) {
  std::vector<std::string> all;
  for (const char* code : caveat_codes()) all.emplace_back(code);
  std::sort(all.begin(), all.end());
  EXPECT_EQ(std::adjacent_find(all.begin(), all.end()), all.end());
}

TEST(Caveats, AbsentEnergySaysWhyAndWhatItMeans) {
  const ExperimentRecord record = example::record({{kOrt, around(1.3e-3)}, {kOv, around(1e-3)}});
  EXPECT_EQ(message(record, "energy_absent"),
            "energy was not measured, the ranking is by time: virtual machines do "
            "not pass on the processor's energy counter (vm)");
}

TEST(Caveats, PartlyMeasuredEnergyNamesWhoLacksIt) {
  ExperimentRecord record = quiet_record();
  for (TrialRecord& trial : record.trials) {
    if (trial.configuration == kOv) trial.energy = example::trial(kOv, 0, 1).energy;
  }
  EXPECT_THAT(codes(record), ElementsAre("energy_partial"));
  EXPECT_THAT(message(record, "energy_partial"), testing::HasSubstr("openvino@2026.2 cpu f32"));
}

TEST(Caveats, WhatDisturbedTheMachineIsNamedAndFactsAreNot) {
  ExperimentRecord record = quiet_record();
  record.findings = {{"smt", Severity::kInfo, "two threads share a core", "", ""}};
  EXPECT_THAT(codes(record), ElementsAre());
  record.findings.push_back({"governor", Severity::kWarning, "it is 'powersave'", "", "tee"});
  record.findings.push_back({"disk_full", Severity::kError, "1 MiB is free", "", ""});
  EXPECT_EQ(message(record, "preflight"),
            "before the first trial: it is 'powersave' (governor); 1 MiB is free (disk_full); see "
            "what 'joulemark doctor' says to do");
}

TEST(Caveats, GapsInTheEnergyAreNamed) {
  ExperimentRecord record = quiet_record();
  record.trials[0].energy = example::trial(kOv, 0, 1).energy;
  EXPECT_THAT(codes(record), ElementsAre("energy_gaps"));
}

TEST(Caveats, ImportedTrialsSaySoAndHaveNoRemediesForThisMachine) {
  ExperimentRecord record = example::record({{kOrt, {1e-3}}, {kOv, {2e-3}}});
  record.experiment.origin = "'lab.csv'";
  EXPECT_EQ(
      message(record, "imported"),
      "imported from 'lab.csv': Joulemark did not measure these trials, and cannot vouch that "
      "they did the same work or that energies and times are of the same windows");
  EXPECT_THAT(codes(record), IsSupersetOf({"imported", "one_repetition"}));
  EXPECT_THAT(message(record, "one_repetition"), testing::Not(testing::HasSubstr("--repetitions")));
  EXPECT_THAT(judge(record).sentence, testing::StartsWith("In the imported trials, for magika"));
}

TEST(Caveats, PrecisionsThatNothingTellsAreNamed) {
  ExperimentRecord record = quiet_record();
  record.experiment.origin = "'lab.csv'";
  record.experiment.factors = {};
  for (TrialRecord& trial : record.trials)
    if (trial.configuration == kOv) trial.configuration.precision.clear();
  EXPECT_EQ(message(record, "unknown_precision"),
            "it is not known at which precision these ran: openvino@2026.2 cpu t2 b1");
  for (const Cell& cell : judge(record).cells) EXPECT_TRUE(cell.ranked()) << cell.reason;
}

TEST(Caveats, ImportedTrialsOfOtherWorkKeepTheirReason) {
  ExperimentRecord record = quiet_record();
  record.experiment.origin = "'lab.csv'";
  for (TrialRecord& trial : record.trials) {
    if (trial.configuration != kOv) continue;
    trial.status = TrialStatus::kDifferent;
    trial.reason = "it generated nothing";
    trial.agreement = {};
  }
  const Judgement judgement = judge(record);
  EXPECT_EQ(judgement.cells[1].reason, "it generated nothing");
  EXPECT_THAT(message(record, "different"), testing::StartsWith("the imported file says that"));
}

Energy missing_zone(const std::string& scope, const std::string& reason) {
  return {.scope = scope,
          .sensor = "",
          .energy_class = EnergyClass::kAbsent,
          .joules = {},
          .uncertainty_j = {},
          .reason = reason,
          .detail = ""};
}

TEST(Caveats, BoardsThatOthersComputedOnAreNamed) {
  ExperimentRecord record = quiet_record();
  Energy board = record.trials[3].energy.front();
  board.scope = "gpu-1";
  board.detail = "shared_gpu: process 4711 computes on it too, and its energy is counted";
  record.trials[3].energy.insert(record.trials[3].energy.begin(), board);
  EXPECT_THAT(codes(record), ElementsAre("shared_gpu"));
  EXPECT_EQ(message(record, "shared_gpu"),
            "in 1 of 10 trials other processes computed on gpu-1, and their energy is counted; end "
            "them, and measure again");
}

TEST(Caveats, ServersSayWhatIsNotKnownOfThem) {
  ExperimentRecord record = quiet_record();
  record.trials.front().describe_json = R"({"work": "children"})";
  record.trials.front().effective_json = R"({"tokens_per_event": 1})";
  EXPECT_EQ(message(record, "elsewhere"), "");
  EXPECT_EQ(message(record, "tokens_at_once"), "");
  record.trials.front().describe_json = R"({"work": "elsewhere"})";
  record.trials.front().effective_json = R"({"tokens_per_event": 4})";
  EXPECT_THAT(message(record, "elsewhere"), testing::HasSubstr("the server ran already"));
  EXPECT_THAT(message(record, "tokens_at_once"), testing::HasSubstr("several tokens at once"));
}

TEST(Caveats, ZonesThatTheSumLeavesOutAreNamed) {
  ExperimentRecord record = quiet_record();
  for (TrialRecord& trial : record.trials)
    trial.energy.insert(trial.energy.begin(), missing_zone("package-1", "eacces"));
  EXPECT_THAT(codes(record), ElementsAre("energy_coverage"));
  EXPECT_EQ(message(record, "energy_coverage"),
            "the energy does not cover package-1 (eacces): a zone that cannot be read is left out "
            "of every sum; run 'joulemark doctor' for remedies");
}

TEST(Caveats, ZonesThatFailInAWindowAreNamedWithTheirTrials) {
  ExperimentRecord record = quiet_record();
  for (const std::size_t i : {0U, 4U})
    record.trials[i].energy = {missing_zone("dram-0", "stalled"), missing_zone("total", "stalled")};
  EXPECT_THAT(codes(record), ElementsAre("energy_gaps", "energy_coverage"));
  EXPECT_EQ(message(record, "energy_coverage"),
            "the energy does not cover dram-0 (stalled in 2 of 10 trials): a trial in which a zone "
            "fails has no energy; run 'joulemark doctor' for remedies");
}

TEST(Caveats, InterruptedCountsWhatIsMissing) {
  ExperimentRecord record = quiet_record();
  record.experiment.protocol.repetitions = 6;
  EXPECT_EQ(message(record, "interrupted"),
            "2 of 12 planned trials were not attempted: the experiment was interrupted");
}

TEST(Caveats, FailedTrialsAreCountedByStatus) {
  ExperimentRecord record = quiet_record();
  record.trials[1] = example::ended(record.trials[1], TrialStatus::kOutOfMemory, "killed");
  record.trials[3] = example::ended(record.trials[3], TrialStatus::kTimeout, "time limit");
  EXPECT_EQ(message(record, "not_ok"),
            "2 of 10 trials did not finish (1 out of memory, 1 timeout): openvino@2026.2 cpu f32 "
            "t2 b1");
}

TEST(Caveats, WhatIsMeasuredOnceForItsOtherOutputsLacksNoRepetitions) {
  ExperimentRecord record = quiet_record();
  record.trials.resize(2);
  for (TrialRecord& trial : record.trials) trial.status = TrialStatus::kDifferent;
  EXPECT_THAT(codes(record), ElementsAre("different"));
}

TEST(Caveats, RepetitionsAreCounted) {
  ExperimentRecord one = quiet_record();
  one.experiment.protocol.repetitions = 1;
  one.trials.resize(2);
  EXPECT_THAT(codes(one), ElementsAre("one_repetition"));
  ExperimentRecord three = quiet_record();
  three.experiment.protocol.repetitions = 3;
  three.trials.resize(6);
  EXPECT_THAT(codes(three), ElementsAre("few_repetitions"));
}

TEST(Caveats, NoiseIsNamedWithItsSize) {
  ExperimentRecord record = quiet_record();
  for (std::size_t i = 0; i < record.trials.size(); i += 2) {
    record.trials[i] = example::with_joules(record.trials[i], i % 4 == 0 ? 20 : 25);
  }
  EXPECT_THAT(message(record, "noisy"), testing::HasSubstr("vary by up to 12 %"));
}

TEST(Caveats, UnsteadyWarmUpsAreCounted) {
  ExperimentRecord record = quiet_record();
  record.trials[0].steady = record.trials[7].steady = false;
  EXPECT_THAT(message(record, "not_steady"), testing::StartsWith("in 2 of 10 trials"));
}

TEST(Caveats, DifferentOutputsAreNamed) {
  ExperimentRecord record = quiet_record();
  record.trials[0].status = TrialStatus::kDifferent;
  EXPECT_THAT(codes(record), ElementsAre("different"));
}

TEST(Caveats, OutputsThatWereNeverComparedAreNamed) {
  ExperimentRecord record = quiet_record();
  for (TrialRecord& trial : record.trials) trial.agreement.compared = false;
  EXPECT_THAT(codes(record), ElementsAre("not_compared"));
}

TEST(Caveats, TheNullEngineIsNoModel) {
  ExperimentRecord record =
      example::record({{example::configuration("null"), {1e-7, 1e-7, 1e-7, 1e-7, 1e-7}}});
  EXPECT_THAT(codes(record), IsSupersetOf({"null_engine"}));
}

TEST(Caveats, ThinPercentilesAreNamed) {
  ExperimentRecord record = quiet_record();
  for (TrialRecord& trial : record.trials) {
    trial.iterations = 100'000;
    trial.calls_per_record = 5;
    trial.durations_ns.assign(20'000, static_cast<std::int64_t>(trial.window_s() * 1e9 / 20'000));
  }
  record.trials[0].durations_ns.resize(99);
  EXPECT_THAT(codes(record), ElementsAre("few_calls", "grouped_calls"));
}

TEST(Caveats, RowsThatBatchOneCountsAsOneInferenceAreTold) {
  ExperimentRecord record = quiet_record();
  for (TrialRecord& trial : record.trials) trial.effective_json = R"({"rows_per_call":8})";
  EXPECT_THAT(codes(record), ElementsAre("rows_per_call"));
  EXPECT_THAT(message(record, "rows_per_call"), testing::HasSubstr("magika (8)"));
  for (const char* json : {"", "[", "[]", "{}", R"({"rows_per_call":"8"})"}) {
    for (TrialRecord& trial : record.trials) trial.effective_json = json;
    EXPECT_THAT(codes(record), ElementsAre()) << json;
  }
}

TEST(Caveats, MixedMachinesAndVersionsAreNamed) {
  ExperimentRecord record = quiet_record();
  record.trials[0].host = "other";
  record.trials[2].install.version = "2.0";
  EXPECT_THAT(codes(record), ElementsAre("several_machines", "several_versions"));
}

TEST(Caveats, AConfigurationWithHalfItsTrialsIsUncertain) {
  ExperimentRecord record = quiet_record();
  for (const std::size_t i : {1u, 3u, 5u}) {
    record.trials[i] = example::ended(record.trials[i], TrialStatus::kFailed, "x");
  }
  EXPECT_THAT(codes(record), IsSupersetOf({"uneven", "not_ok"}));
}

}  // namespace
}  // namespace joulemark::verdict
