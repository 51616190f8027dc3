// SPDX-License-Identifier: Apache-2.0
#include "verdict/objective.h"

#include <gmock/gmock.h>

#include "verdict/example_record.h"
#include "verdict/judge_options.h"

namespace joulemark::verdict {
namespace {

using testing::HasSubstr;

std::string error(const char* name, const EnergyFactors& factors = {}) {
  const auto parsed = parse_objective(name, factors);
  return parsed ? "no error" : parsed.error().message;
}

TEST(Objective, IsAWordOrAMetric) {
  EXPECT_EQ(parse_objective("auto", {})->metric, std::nullopt);
  EXPECT_EQ(parse_objective("energy", {})->metric, MetricId::kEnergy);
  EXPECT_EQ(parse_objective("edp", {})->metric, MetricId::kEnergyDelay);
  EXPECT_EQ(parse_objective("p95_ms", {})->metric, MetricId::kLatencyP95);
  EXPECT_EQ(parse_objective("peak_rss_mb", {})->metric, MetricId::kPeakRss);
}

TEST(Objective, MoneyAndEmissionsAreEnergyTimesADeclaredFactor) {
  const auto cost = parse_objective("cost", {.price_per_kwh = 0.36, .gco2e_per_kwh = {}});
  ASSERT_TRUE(cost);
  EXPECT_EQ(cost->metric, MetricId::kEnergy);
  EXPECT_DOUBLE_EQ(*cost->per_joule, 0.1) << "of a million inferences";
  const auto carbon = parse_objective("carbon", {.price_per_kwh = {}, .gco2e_per_kwh = 360});
  ASSERT_TRUE(carbon);
  EXPECT_DOUBLE_EQ(*carbon->per_joule, 100);
  EXPECT_THAT(error("cost"), HasSubstr("needs --price"));
  EXPECT_THAT(error("carbon", {.price_per_kwh = 1, .gco2e_per_kwh = {}}), HasSubstr("--carbon"));
  EXPECT_THAT(error("carbon", {.price_per_kwh = {}, .gco2e_per_kwh = -1}),
              HasSubstr("must be greater than 0"));
}

TEST(Objective, RefusesWhatCannotBeSaved) {
  EXPECT_THAT(error("throughput"), HasSubstr("less of it is not better"));
  EXPECT_THAT(error("power_W"), HasSubstr("less of it is not better"));
  EXPECT_THAT(error("enrgy"), HasSubstr("did you mean 'energy'?"));
}

TEST(Objective, TheProductOfEnergyAndTimeMayRankOtherwise) {
  using example::configuration;
  using example::trial;
  using example::with_joules;
  auto record = example::record({});
  record.experiment.protocol.repetitions = 5;
  for (int block = 0; block < 5; ++block) {
    const double noise = 1 + 0.001 * block;
    record.trials.push_back(with_joules(trial(configuration("slow"), block, 4e-3 * noise), 10));
    record.trials.push_back(with_joules(trial(configuration("fast"), block, 1e-3), 12 * noise));
  }
  EXPECT_THAT(judge(record).sentence, HasSubstr("slow cpu f32 t2 b1 needs 16.8 %"));
  const Judgement by_product =
      judge(record, {.objective = MetricId::kEnergyDelay, .constraints = {}});
  EXPECT_EQ(by_product.models[0].primary, MetricId::kEnergyDelay);
  EXPECT_THAT(by_product.sentence, HasSubstr("fast cpu f32 t2 b1 needs 70"));
  EXPECT_THAT(by_product.sentence, HasSubstr("less energy-delay product than slow"));
}

}  // namespace
}  // namespace joulemark::verdict
