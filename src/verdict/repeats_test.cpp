// SPDX-License-Identifier: Apache-2.0
// Attempts that were set aside enter no number, and both they and disturbed trials are said.
#include "verdict/repeats.h"

#include <gmock/gmock.h>

#include "plan/attempts.h"
#include "verdict/example_record.h"
#include "verdict/verdict.h"

namespace joulemark::verdict {
namespace {

using ::testing::HasSubstr;

const Caveat kLoad = {"foreign_load", "other programs took 3 s; end them"};

ExperimentRecord two_cells() {
  return example::record({{example::configuration("a"), example::around(1e-3)},
                          {example::configuration("b"), example::around(1.5e-3)}});
}

std::string caveat(const ExperimentRecord& record, const std::string& code) {
  for (const Caveat& each : judge(record).caveats)
    if (each.code == code) return each.message;
  return "";
}

/// The record with a disturbed attempt before each trial of "a", ten times as slow.
ExperimentRecord repeated() {
  ExperimentRecord record = two_cells();
  ExperimentRecord all = record;
  all.trials.clear();
  for (TrialRecord& trial : record.trials) {
    if (trial.configuration.engine == "a") {
      all.trials.push_back(example::trial(trial.configuration, trial.block, 1e-2));
      all.trials.back().invalid = {kLoad};
      trial.attempt = 1;
    }
    all.trials.push_back(trial);
  }
  plan::set_aside_repeats(all);
  return all;
}

TEST(Repeats, WhatIsSetAsideEntersNoNumber) {
  const Judgement with = judge(repeated());
  const Judgement without = judge(two_cells());
  EXPECT_EQ(with.sentence, without.sentence);
  ASSERT_EQ(with.cells.size(), without.cells.size());
  for (std::size_t c = 0; c < with.cells.size(); ++c) {
    EXPECT_EQ(with.cells[c].finished, without.cells[c].finished);
    EXPECT_EQ(with.cells[c].ratio.interval.estimate, without.cells[c].ratio.interval.estimate);
    EXPECT_EQ(with.cells[c].estimate(MetricId::kTime).mean,
              without.cells[c].estimate(MetricId::kTime).mean);
  }
}

TEST(Repeats, WhatIsSetAsideIsCountedByCauseAndConfiguration) {
  const std::string message = caveat(repeated(), "repeated");
  EXPECT_THAT(message, HasSubstr("5 attempts are in no number here"));
  EXPECT_THAT(message, HasSubstr("5 × foreign_load (other programs took 3 s; end them)"));
  EXPECT_THAT(message, HasSubstr("a cpu f32 t2 b1 (5)"));
  EXPECT_EQ(caveat(two_cells(), "repeated"), "");
}

TEST(Repeats, TrialsThatCountAlthoughTheyWereDisturbedAreSaid) {
  ExperimentRecord record = two_cells();
  EXPECT_EQ(caveat(record, "disturbed"), "");
  record.trials[3].invalid = {kLoad, {"steal", "the hypervisor took 1 s"}};
  EXPECT_EQ(
      caveat(record, "disturbed"),
      "1 of 10 trials were disturbed and count, because every attempt at them was: 1 × "
      "foreign_load (other programs took 3 s; end them), 1 × steal (the hypervisor took 1 s)");
  record.experiment.protocol.retries = 0;
  EXPECT_THAT(caveat(record, "disturbed"), HasSubstr("(--retries 0)"));
}

}  // namespace
}  // namespace joulemark::verdict
