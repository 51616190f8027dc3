// SPDX-License-Identifier: Apache-2.0
// Estimates stand beside what was measured and change nothing of it.
#include "report/estimates.h"

#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

#include "report/json_report.h"
#include "report/text_report.h"
#include "verdict/example_record.h"

namespace joulemark::report {
namespace {

namespace example = verdict::example;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using Json = nlohmann::ordered_json;

const EnergyEstimate kKnown = {.low_j = 10,
                               .mid_j = 20,
                               .high_j = 40,
                               .models = {"ccf", "boavizta"},
                               .reason = "",
                               .detail = "Cloud Carbon Footprint, Boavizta; processors and memory"};
const EnergyEstimate kUnknown = {.low_j = {},
                                 .mid_j = {},
                                 .high_j = {},
                                 .models = {},
                                 .reason = "unknown_processor",
                                 .detail = "no model knows the processor 'X'"};

/// Two configurations; `estimate` is that of every trial.
ExperimentRecord record_with(const std::optional<EnergyEstimate>& estimate) {
  ExperimentRecord record = example::record({{example::configuration("a"), example::around(1e-3)},
                                             {example::configuration("b"), example::around(2e-3)}});
  for (TrialRecord& trial : record.trials) trial.estimate = estimate;
  return record;
}

std::string text_of(const ExperimentRecord& record) {
  return render_text(record, verdict::judge(record));
}

TEST(Estimates, ARowHasTheMedianOfItsTrialsPerInference) {
  ExperimentRecord record = record_with(kKnown);
  record.trials[0].estimate->high_j = 4000;
  const auto judgement = verdict::judge(record);
  const auto rows = estimate_rows(record, judgement);
  ASSERT_EQ(rows.size(), 2U);
  const double inferences = record.trials[0].inferences();
  EXPECT_DOUBLE_EQ(*rows[0]->low_j, 10 / inferences);
  EXPECT_DOUBLE_EQ(*rows[0]->mid_j, 20 / inferences);
  EXPECT_DOUBLE_EQ(*rows[0]->high_j, 40 / inferences);
  EXPECT_THAT(rows[0]->models, ElementsAre("ccf", "boavizta"));
}

TEST(Estimates, AreInTheJsonOnlyWhereTheyWereAskedFor) {
  const ExperimentRecord record = record_with(kKnown);
  const Json row = Json::parse(render_json(record, verdict::judge(record)))["rows"][0];
  EXPECT_EQ(row["estimate"]["class"], "estimated");
  EXPECT_EQ(row["estimate"]["per"], "inference");
  EXPECT_TRUE(row["metrics"]["energy_per_inference_J"]["value"].is_null());
  const ExperimentRecord without = record_with(std::nullopt);
  EXPECT_FALSE(
      Json::parse(render_json(without, verdict::judge(without)))["rows"][0].contains("estimate"));
}

TEST(Estimates, AnAbsentOneIsNullWithItsReason) {
  const Json json = estimate_json(kUnknown);
  for (const char* key : {"low_J", "mid_J", "high_J"}) {
    EXPECT_TRUE(json[key].is_null());
    EXPECT_EQ(json[std::string(key) + "_reason"], "unknown_processor");
  }
  EXPECT_EQ(estimate_text(kUnknown), "not estimated: no model knows the processor 'X'");
}

TEST(Estimates, AreMarkedInTheText) {
  EXPECT_EQ(
      estimate_text(kKnown),
      "≈ 10.0–40.0 J (estimated from Cloud Carbon Footprint, Boavizta; processors and memory)");
  EXPECT_THAT(text_of(record_with(kKnown)),
              HasSubstr("Energy by published models, not measured, not ranked:\n- a cpu"));
  EXPECT_EQ(text_of(record_with(std::nullopt)).find("published models"), std::string::npos);
}

TEST(Estimates, OneModelAloneIsNoInterval) {
  EnergyEstimate one = kKnown;
  one.low_j = one.high_j = one.mid_j;
  EXPECT_THAT(estimate_text(one), HasSubstr("≈ 20.0 J (estimated"));
}

TEST(Estimates, ChangeNoVerdict) {
  ExperimentRecord record = record_with(kKnown);
  record.trials[1].estimate->mid_j = 1e9;
  const auto with = verdict::judge(record);
  const auto without = verdict::judge(record_with(std::nullopt));
  EXPECT_EQ(with.sentence, without.sentence);
  EXPECT_EQ(with.energy_basis, without.energy_basis);
  EXPECT_EQ(with.values.size(), without.values.size());
  for (std::size_t c = 0; c < with.cells.size(); ++c) {
    EXPECT_EQ(with.cells[c].standing, without.cells[c].standing);
    EXPECT_EQ(with.cells[c].estimate(verdict::MetricId::kEnergy).n, 0);
  }
}

}  // namespace
}  // namespace joulemark::report
