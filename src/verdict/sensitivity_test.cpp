// SPDX-License-Identifier: Apache-2.0
#include "verdict/sensitivity.h"

#include <gmock/gmock.h>

#include "verdict/example_record.h"

namespace joulemark::verdict {
namespace {

using testing::HasSubstr;
using testing::Not;

/// Times of "b" by block, beside an "a" that takes 1 ms in each.
Judgement beside_one_ms(const std::vector<double>& of_b) {
  return judge(example::record({{example::configuration("a"), std::vector(of_b.size(), 1e-3)},
                                {example::configuration("b"), of_b}}));
}

const Sensitivity* find(const Judgement& judgement, const std::string& analysis) {
  for (const Sensitivity& each : judgement.models[0].sensitivities)
    if (each.analysis.starts_with(analysis)) return &each;
  return nullptr;
}

std::vector<double> repeated(double value, int n) {
  std::vector<double> values;
  for (int i = 0; i < n; ++i) values.push_back(value * (1 + 0.002 * ((7 * i) % 5 - 2)));
  return values;
}

TEST(Sensitivity, AClearDifferenceIsStableUnderEveryAnalysis) {
  const Judgement judgement = beside_one_ms(repeated(1.2e-3, 10));
  EXPECT_EQ(find(judgement, "medians")->check, Check::kStable);
  EXPECT_EQ(find(judgement, "ranks")->check, Check::kStable);
  EXPECT_EQ(find(judgement, "without"), nullptr) << "nothing is flagged";
  EXPECT_THAT(judgement.sentence, HasSubstr("Stable (medians, ranks)."));
}

TEST(Sensitivity, FiveRepetitionsAreTooFewForRanks) {
  const Judgement judgement = beside_one_ms(repeated(1.2e-3, 5));
  EXPECT_EQ(find(judgement, "ranks")->check, Check::kUnchecked);
  EXPECT_EQ(find(judgement, "ranks")->detail, "too few repetitions");
  EXPECT_THAT(judgement.sentence, HasSubstr("Stable (medians)."));
}

TEST(Sensitivity, ATieOfMeansWhoseMediansDifferIsConditional) {
  // Six repetitions 4 % above and four 6 % below: as much on average, and above in the middle.
  const std::vector<double> times = {1.04e-3, 1.04e-3,  1.04e-3,  0.945e-3, 1.04e-3,
                                     1.04e-3, 0.945e-3, 0.945e-3, 1.04e-3,  0.945e-3};
  std::vector<double> many;
  for (int i = 0; i < 16; ++i) many.insert(many.end(), times.begin(), times.end());
  const Judgement judgement = beside_one_ms(many);
  ASSERT_EQ(judgement.models[0].outcome, Outcome::kTie) << judgement.sentence;
  EXPECT_EQ(find(judgement, "medians")->check, Check::kConditional);
  EXPECT_THAT(judgement.sentence, HasSubstr("Conditional on the analysis: by medians, "));
  EXPECT_THAT(judgement.sentence, Not(HasSubstr("Stable")));
}

TEST(Sensitivity, AWinnerByOneOutlierAloneIsConditional) {
  std::vector<double> times = repeated(1.01e-3, 60);
  for (std::size_t i = 0; i < 12; ++i) times[5 * i] = 1.9e-3;
  const Judgement judgement = beside_one_ms(times);
  const Sensitivity* without = find(judgement, "without 12 flagged repetitions");
  ASSERT_NE(without, nullptr) << judgement.sentence;
  ASSERT_EQ(judgement.models[0].outcome, Outcome::kBetter) << judgement.sentence;
  EXPECT_EQ(without->check, Check::kConditional);
  EXPECT_THAT(judgement.sentence, HasSubstr("Conditional on the analysis: by medians, b cpu f32 "
                                            "t2 b1 needs 1"));
}

/// Ten blocks in which "a" needs 10 J in 1 s and "b" 10.8 J in `b_seconds`, beside an idle power.
ExperimentRecord energy_record(double b_seconds, double idle_w) {
  auto record = example::record({});
  record.experiment.protocol.repetitions = 10;
  record.experiment.protocol.idle_s = 1;
  for (int block = 0; block < 10; ++block) {
    const double noise = 1 + 0.001 * (block % 3);
    const auto add = [&](const char* engine, double seconds, double joules) {
      record.trials.push_back(example::with_joules(
          example::trial(example::configuration(engine), block, seconds * 1e-3), joules * noise));
      if (idle_w > 0) record.trials.back().idle_w = idle_w;
    };
    add("a", 1, 10);
    add("b", b_seconds, 10.8);
  }
  return record;
}

Judgement by_energy(double b_seconds, double idle_w) {
  return judge(energy_record(b_seconds, idle_w));
}

TEST(Sensitivity, TheIdlePowerMayDecideWhoNeedsMoreEnergy) {
  const Judgement slower = by_energy(1.0, 4);
  EXPECT_EQ(find(slower, "net of idle")->check, Check::kStable) << slower.sentence;
  EXPECT_THAT(slower.sentence, HasSubstr("Stable (medians, ranks, net of idle)."));
  // b takes longer, so more of its joules are the idle machine's: 10 − 4 against 10.8 − 5.
  const Judgement longer = by_energy(1.25, 4);
  EXPECT_EQ(find(longer, "net of idle")->check, Check::kConditional) << longer.sentence;
  EXPECT_THAT(longer.sentence, HasSubstr("Conditional on the analysis: net of idle, b cpu f32 t2 "
                                         "b1 needs 3.3 % less"));
}

TEST(Sensitivity, WithoutAnIdlePowerItIsNotChecked) {
  const Judgement judgement = by_energy(1.0, 0);
  EXPECT_EQ(find(judgement, "net of idle")->check, Check::kUnchecked);
  EXPECT_EQ(find(judgement, "net of idle")->detail, "the idle power was not measured");
}

TEST(Sensitivity, WhatIsWithinItsUncertaintyDecidesNothing) {
  ExperimentRecord record = energy_record(1.25, 0);
  for (TrialRecord& trial : record.trials)
    trial.phase_energies = {{.phase = Phase::kIdle, .joules = 4, .uncertainty_j = 4, .seconds = 1}};
  const Judgement judgement = judge(record);
  EXPECT_EQ(find(judgement, "net of idle")->check, Check::kUnchecked);
  EXPECT_THAT(find(judgement, "net of idle")->detail, HasSubstr("is within its uncertainty"));
}

TEST(Sensitivity, NothingIsStableThatIsNotClaimed) {
  const Judgement one = beside_one_ms({1.2e-3});
  EXPECT_THAT(one.sentence, Not(HasSubstr("Stable")));
  const Judgement alone =
      judge(example::record({{example::configuration("a"), repeated(1e-3, 10)}}));
  EXPECT_TRUE(alone.models[0].sensitivities.empty());
}

TEST(Sensitivity, TheOmnibusTestsAreOfTheLogarithms) {
  const Judgement judgement = beside_one_ms(repeated(1.2e-3, 10));
  EXPECT_EQ(judgement.models[0].kruskal_wallis.outcome, stats::Outcome::kOk);
  EXPECT_LT(judgement.models[0].kruskal_wallis.p, 0.001);
  EXPECT_EQ(judgement.models[0].welch_anova.outcome, stats::Outcome::kConstant)
      << "a has no variance";
}

}  // namespace
}  // namespace joulemark::verdict
