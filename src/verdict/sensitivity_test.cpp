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
