// SPDX-License-Identifier: Apache-2.0
// Language models: what is ranked, and when they did not do the same work.
#include "verdict/text_work.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "verdict/example_record.h"
#include "verdict/metric.h"

namespace joulemark::verdict {
namespace {

using testing::HasSubstr;

/// Every trial of `engine` as ten requests of a prompt of 5 tokens and `new_tokens` tokens.
void as_text(ExperimentRecord& record, const std::string& engine, std::int64_t new_tokens,
             const std::string& tokens) {
  for (TrialRecord& trial : record.trials) {
    if (trial.configuration.engine != engine) continue;
    trial.iterations = 10;
    trial.text.window = {.prompts = 10, .prompt_tokens = 50, .new_tokens = 10 * new_tokens};
    trial.text.tokens = tokens;
    trial.text.first_token_ns.assign(10, 40'000'000);
    trial.text.inter_token_ns.assign(static_cast<std::size_t>(10 * (new_tokens - 1)), 20'000'000);
    const std::int64_t end = trial.phase(Phase::kMeasure)->t1_ns;
    trial.phases.push_back({Phase::kPrefill, end, end + 500'000'000});
    trial.text.prefill = {.prompts = 10, .prompt_tokens = 50, .new_tokens = 10};
  }
}

ExperimentRecord three_engines() {
  ExperimentRecord record = example::record({{example::configuration("a"), example::around(1e-3)},
                                             {example::configuration("b"), example::around(2e-3)},
                                             {example::configuration("c"), example::around(3e-3)}});
  for (const char* engine : {"a", "b", "c"}) as_text(record, engine, 4, "same");
  return record;
}

const Cell& cell_of(const Judgement& judgement, const std::string& engine) {
  for (const Cell& cell : judgement.cells)
    if (cell.configuration.engine == engine) return cell;
  return judgement.cells.front();
}

std::string message_of(const Judgement& judgement, const std::string& code) {
  for (const Caveat& caveat : judgement.caveats)
    if (caveat.code == code) return caveat.message;
  return "";
}

TEST(TextWork, RanksByWhatATokenNeeds) {
  ExperimentRecord record = three_engines();
  EXPECT_EQ(judge(record).models[0].primary, MetricId::kTimePerToken);
  for (TrialRecord& trial : record.trials) trial = example::with_joules(trial, 8);
  EXPECT_EQ(judge(record).models[0].primary, MetricId::kEnergyPerToken);
}

TEST(TextWork, MetricsAreThoseOfTheWindow) {
  ExperimentRecord record = three_engines();
  TrialRecord trial = example::with_joules(record.trials[0], 8);
  trial.text.prefill_joules = 2;
  std::vector<std::int64_t> scratch;
  const TrialFacts facts = facts_of(trial, scratch);
  const auto value = [&](MetricId id) { return metric(id).extract(facts).value_or(-1); };
  EXPECT_DOUBLE_EQ(value(MetricId::kEnergyPerToken), 8.0 / 40);
  EXPECT_DOUBLE_EQ(value(MetricId::kEnergy), 8.0 / 10) << "a prompt is an inference";
  EXPECT_DOUBLE_EQ(value(MetricId::kPrefillEnergy), 2.0 / 50);
  EXPECT_DOUBLE_EQ(value(MetricId::kDecodeEnergy), (0.8 - 0.2) / 3);
  EXPECT_DOUBLE_EQ(value(MetricId::kPrefillRate), 100);
  EXPECT_DOUBLE_EQ(value(MetricId::kTtftP50), 40);
  EXPECT_DOUBLE_EQ(value(MetricId::kTpot), 20);
  EXPECT_DOUBLE_EQ(value(MetricId::kItlP99), 20);
  EXPECT_DOUBLE_EQ(value(MetricId::kTokenRate), 1 / value(MetricId::kTimePerToken));
}

TEST(TextWork, OneTokenHasNoTimePerFurtherToken) {
  ExperimentRecord record = three_engines();
  as_text(record, "a", 1, "same");
  TrialRecord trial = example::with_joules(record.trials[0], 8);
  trial.text.prefill_joules = 8;
  std::vector<std::int64_t> scratch;
  const TrialFacts facts = facts_of(trial, scratch);
  EXPECT_FALSE(metric(MetricId::kTpot).extract(facts));
  EXPECT_FALSE(metric(MetricId::kItlP50).extract(facts));
  EXPECT_FALSE(metric(MetricId::kDecodeEnergy).extract(facts));
}

TEST(TextWork, OtherModelsHaveNoneOfItAndSayWhy) {
  const Judgement judgement =
      judge(example::record({{example::configuration("a"), example::around(1e-3)}}));
  EXPECT_EQ(judgement.cells[0].estimate(MetricId::kTpot).reason, "no_language_model");
  EXPECT_EQ(judgement.models[0].primary, MetricId::kTime);
}

TEST(TextWork, AnotherNumberOfTokensIsNotRanked) {
  ExperimentRecord record = three_engines();
  as_text(record, "b", 3, "shorter");
  const Judgement judgement = judge(record);
  EXPECT_EQ(cell_of(judgement, "b").reason, "generated 3 tokens for a prompt, not 4");
  EXPECT_TRUE(cell_of(judgement, "a").ranked());
  EXPECT_TRUE(cell_of(judgement, "c").ranked());
  EXPECT_EQ(message_of(judgement, "other_texts"), "") << "it is not ranked anyhow";
}

TEST(TextWork, OtherTextsOfTheSameLengthAreSaid) {
  ExperimentRecord record = three_engines();
  EXPECT_EQ(message_of(judge(record), "other_texts"), "");
  as_text(record, "b", 4, "another");
  const Judgement judgement = judge(record);
  EXPECT_TRUE(cell_of(judgement, "b").ranked());
  EXPECT_THAT(message_of(judgement, "other_texts"), HasSubstr("b cpu f32"));
}

TEST(TextWork, NearTiesAndMadeUpWeightsAreSaid) {
  ExperimentRecord record = three_engines();
  EXPECT_EQ(message_of(judge(record), "near_tie"), "");
  for (TrialRecord& trial : record.trials)
    if (trial.configuration.engine == "c") trial.agreement.detail = "near tie at prompt 2";
  record.experiment.models[0].source = "synthetic:phi-2";
  const Judgement judgement = judge(record);
  EXPECT_THAT(message_of(judgement, "near_tie"),
              HasSubstr("c cpu f32 t2 b1 (near tie at prompt 2)"));
  EXPECT_THAT(message_of(judgement, "synthetic_weights"), HasSubstr("magika"));
}

}  // namespace
}  // namespace joulemark::verdict
